import pytest

from daglab.definitions.asset_decorator import asset
from daglab.definitions.io_manager import IOManager
from daglab.definitions.job_decorator import job
from daglab.definitions.op_decorator import op
from daglab.errors import ValueMissingError
from daglab.orchestration.materialize import materialize
from daglab.testing.io_managers import RecordingIOManager


@asset
def orders():
    return [1, 2, 3]


@asset(key_prefix="läden")
def total(orders):
    return sum(orders)


def test_it_remembers_what_it_stored_and_loaded_in_order():
    values = RecordingIOManager()
    assert materialize([orders, total], resources={"io_manager": values}).success
    assert isinstance(values, IOManager)
    assert [(one.name, one.value) for one in values.stored] == [("orders", [1, 2, 3]), ("läden/total", 6)]
    assert [(one.name, one.value) for one in values.loaded] == [("orders", [1, 2, 3])]
    assert values.stored[1].context.asset_key.path == ["läden", "total"]
    assert values.values == {"orders": [1, 2, 3], "läden/total": 6}


def test_given_values_stand_in_for_what_nobody_makes():
    values = RecordingIOManager(given={"orders": [10, 20]})
    assert materialize([orders, total], selection="key:läden/total", resources={"io_manager": values}).success
    assert values.values == {"läden/total": 30}


def test_what_is_made_goes_before_what_was_given():
    values = RecordingIOManager(given={"orders": [10, 20]})
    assert materialize([orders, total], resources={"io_manager": values}).asset_value(["läden", "total"]) == 6


def test_none_can_be_given():
    @asset
    def is_nothing(orders):
        return orders is None

    values = RecordingIOManager(given={"orders": None})
    materialize([orders, is_nothing], selection="is_nothing", resources={"io_manager": values})
    assert values.values == {"is_nothing": True}


def test_a_value_that_is_neither_made_nor_given_is_missing():
    with pytest.raises(ValueMissingError, match="orders"):
        materialize([orders, total], selection="key:läden/total", resources={"io_manager": RecordingIOManager()})


def test_outputs_of_ops_have_the_name_of_their_step():
    @op
    def count():
        return 3

    @op
    def double(number):
        return 2 * number

    @job
    def counting():
        double(count())

    values = RecordingIOManager()
    assert counting.execute_in_process(resources={"io_manager": values}).success
    assert [one.value for one in values.stored] == [3, 6]
    assert [one.name for one in values.loaded] == [values.stored[0].name]
    assert "count" in values.stored[0].name
