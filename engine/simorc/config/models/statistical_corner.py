"""The model of a statistical corner: a saved point of the random variables of a circuit."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from simorc.config.models.fields import Name, Quantity, Scalar, Section, Text, Whole
from simorc.config.models.testbench import distinct


class StatisticalCorner(Section):
    """A file of `corners/`. The sweeps of a project use it by its name, as ``statistical_corner: NAME``."""

    testbench: Name
    """The testbench in which the point was found."""
    description: Text = ""
    """What the point is."""
    parameters: Annotated[dict[Name, Scalar], AfterValidator(distinct)] = Field(default_factory=dict)
    """The parameters there; a corner of a sweep that uses the point has them as well."""
    variables: dict[Text, Quantity] = Field(default_factory=dict)
    """Random variable -> its value; the unit is one sigma. Others are 0."""
    seed: Annotated[Whole, Field(ge=1, lt=2**31)] | None = None
    """In the place of variables: the seed of the models' own random numbers, such as that of a sample of a
    run. Only sweeps of the same testbench can use it.
    """

    @model_validator(mode="after")
    def _one_form(self) -> StatisticalCorner:
        if self.seed is not None and self.variables:
            raise ValueError("variables or a seed, not both")
        return self
