"""A notebook with jobs and resources: its assets are made as before, and its functions get what they ask for."""

from __future__ import annotations

from live_kernel import LiveKernel

IMPORTS = ("imports", "from daglab import *")
RESOURCE = (
    "resource",
    "class Ledger(ConfigurableResource):\n    scale: int\n    password: str\n"
    "    def times(self, value):\n        return value * self.scale",
)
RAW = ("raw", "@asset\ndef raw(ledger: Ledger):\n    return ledger.times(2)")
COOKED = ("cooked", "%%asset\ncooked = raw + 1")
JOBS = (
    "jobs",
    "@op\ndef tell(ledger: Ledger):\n    print(ledger.times(100))\n"
    "@job\ndef report():\n    tell()\n"
    "defs = Definitions(assets=[raw], jobs=[report, define_asset_job('cook')],"
    " resources={'ledger': Ledger(scale=3, password=EnvVar('LEDGER_PASSWORD'))})",
)


def test_assets_that_need_resources_are_made_in_a_clean_process(own_kernel: LiveKernel) -> None:
    own_kernel.save(IMPORTS, RESOURCE, RAW, COOKED, JOBS)
    own_kernel.start().load()
    own_kernel.run("import os; os.environ['LEDGER_PASSWORD'] = 's3cr3t'")
    ran = own_kernel.run("%materialize")
    assert ran.status == "ok", ran.traceback
    assert ran.lines[0].startswith("2/2 · success · ")
    assert own_kernel.run("%materialize").printed == "Everything is fresh.\n"
    assert "2 assets (2 fresh)" in own_kernel.run("%daglab").printed
    shown = own_kernel.run("%dag")
    assert shown.status == "ok", shown.traceback
    with own_kernel.instance() as instance:
        assert (instance.load("raw"), instance.load("cooked")) == (6, 7)


def test_a_secret_that_is_missing_fails_what_needs_it_alone(own_kernel: LiveKernel) -> None:
    own_kernel.save(IMPORTS, RESOURCE, RAW, COOKED, JOBS, ("alone", "%%asset\nalone = 1"))
    own_kernel.start().load()
    assert own_kernel.run("%materialize alone").status == "ok"
    ran = own_kernel.run("%materialize raw")
    assert ran.status == "error"
    assert "LEDGER_PASSWORD" in ran.traceback + "".join(ran.lines)


def test_job_of_this_session_is_run_in_it(own_kernel: LiveKernel) -> None:
    own_kernel.save(IMPORTS)
    own_kernel.start().load()
    own_kernel.run("from daglab import *\n@op\ndef one():\n    return 1\n@job\ndef small():\n    one()")
    assert own_kernel.run("small.execute_in_process().output_for_node('one')").result == "1"
    refused = own_kernel.run("execute_job(reconstructable(small), DagsterInstance.get())")
    assert refused.status == "error"
    assert "'small' lives in this session alone" in refused.traceback
