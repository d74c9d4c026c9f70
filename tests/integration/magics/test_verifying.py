"""What a kernel recorded, verified: state that only the kernel had is found out."""

from __future__ import annotations

import os

from live_kernel import LiveKernel

from daglab.orchestration.location_specs import notebook_spec
from daglab.orchestration.locations import load_workspace
from daglab.orchestration.requests import MaterializeRequest
from daglab.orchestration.verification import Agreement, VerifiedAsset, verify

PLAIN = ("plain", "FACTOR = 3\ndef scaled(value):\n    return value * FACTOR")
NIGHTS = ("nights", "%%asset\nnights = [1, 2, 3]")
TOTAL = ("total", "%%asset\ntotal = scaled(sum(nights))")


def run_all(kernel: LiveKernel, *cells: tuple[str, str]) -> None:
    for name, source in cells:
        ran = kernel.run(source, name)
        assert ran.status == "ok", ran.traceback


def verified(kernel: LiveKernel) -> dict[str, VerifiedAsset]:
    folder = os.getcwd()
    with kernel.instance() as instance:
        request = MaterializeRequest(locations=(notebook_spec(kernel.path, instance.home.root),), force=True)
        try:
            return {one.key: one for one in verify(instance, request, load_workspace(request.locations))}
        finally:
            os.chdir(folder)


def test_what_was_run_by_hand_in_order_is_as_recorded(own_kernel: LiveKernel) -> None:
    own_kernel.save(PLAIN, NIGHTS, TOTAL)
    own_kernel.start().load()
    run_all(own_kernel, PLAIN, NIGHTS, TOTAL)
    assert [one.agreement for one in verified(own_kernel).values()] == [Agreement.SAME] * 2


def test_older_text_of_a_helper_is_named_as_hidden_state(own_kernel: LiveKernel) -> None:
    own_kernel.save((PLAIN[0], PLAIN[1].replace("3", "4")), NIGHTS, TOTAL)
    own_kernel.start().load()
    run_all(own_kernel, PLAIN, NIGHTS, TOTAL)
    found = verified(own_kernel)
    assert found["nights"].agreement is Agreement.SAME
    assert found["total"].causes == (
        "hidden state: it was run by hand, with another text of its cell, or of a helper, than the notebook has",
    )
    assert found["total"].difference is not None
    assert found["total"].difference.first == "18 became 24"


def test_variable_that_no_cell_explains_is_suspected(own_kernel: LiveKernel) -> None:
    own_kernel.save(PLAIN, NIGHTS, TOTAL)
    own_kernel.start().load()
    run_all(own_kernel, PLAIN, NIGHTS)
    own_kernel.wait(own_kernel.client.execute("globals()['FACTOR'] = 10", store_history=False))
    run_all(own_kernel, TOTAL)
    [cause] = verified(own_kernel)["total"].causes
    assert cause.startswith("hidden state: code and inputs are as recorded")
