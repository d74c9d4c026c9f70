"""`In` and `Out`: the type as it was given, and as it was worked out."""

from __future__ import annotations

from dataclasses import replace

from daglab import In, Nothing, Out, graph, op
from daglab.definitions.sentinel import NO_VALUE


def test_type_is_worked_out_and_what_was_given_is_kept() -> None:
    assert (In(int).dagster_type.display_name, In(int).given_type) == ("Int", int)
    assert (Out(list[int]).dagster_type.display_name, Out(list[int]).given_type) == ("[Int]", list[int])


def test_nothing_given_is_any() -> None:
    assert (In().dagster_type.is_any, In().given_type) == (True, NO_VALUE)


def test_types_of_an_op_are_those_of_its_annotations() -> None:
    @op
    def count(rows: list[str], most: int = 3) -> int:
        return min(len(rows), most)

    assert [one.dagster_type.display_name for one in count.ins.values()] == ["[String]", "Int"]
    assert count.outs["result"].dagster_type.display_name == "Int"


def test_equal_whatever_was_asked_of_them() -> None:
    one, other = In(int, default_value=3), In(int, default_value=3)
    assert one.dagster_type
    assert (one == other, hash(Out(int)) == hash(Out(int)), one == In(str, default_value=3)) == (True, True, False)
    assert replace(one, default_value=4).dagster_type == one.dagster_type


def test_nothing_passes_no_value() -> None:
    assert (In(Nothing).passes_value, Out(Nothing).carries_value, In(int).passes_value) == (False, False, True)


def test_nodes_of_graphs_and_jobs_are_nodes() -> None:
    @op
    def one() -> int:
        return 1

    @graph
    def both() -> None:
        one()
        one()

    assert [node.name for node in both.nodes] == list(both.node_dict) == ["one", "one_2"]
    assert [node.name for node in both.to_job().nodes] == ["one", "one_2"]
