"""Where values are kept: the interface, and what an implementation is told."""

from __future__ import annotations

from daglab.definitions.io_contexts.input_context import InputContext
from daglab.definitions.io_contexts.output_context import OutputContext
from daglab.definitions.io_contexts.stored_value import StoredValue
from daglab.definitions.resources.io_interfaces import IOManager

__all__ = ["IOManager", "InputContext", "OutputContext", "StoredValue"]
