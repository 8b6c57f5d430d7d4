"""Expressions over parameters: Python's meaning, SI numbers, exact refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simorc.errors import ExpressionError
from simorc.expressions.conditions import compile_parameter_condition
from simorc.expressions.operations import NotVectorisedError
from simorc.units import Number, Value

NAMES = ("vdda", "temp", "corner", "cl")
CASE: dict[str, Value] = {"vdda": Number("3.30"), "temp": Number("125"), "corner": "ff", "cl": Number("10p")}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("corner == 'ff' and temp > 100", True),
        ('corner == "ss" or temp < 100', False),
        ("cl == 10p", True),
        ("cl in [1p, 10p, 100p]", True),
        ("corner not in ('ss', 'tt')", True),
        ("corner == ff", True),
        ("corner = ss,ff", True),
        ("corner: f*", True),
        ("temp in 100..125", True),
        ("temp=125 vdda=3.3", True),
        ("vdda=3.3 -temp<100", True),
        ("temp -vdda > 121", True),
        ("corner ~ F", True),
        ("missing(temp)", False),
        ("-40 < temp <= 125", True),
        ("not corner == 'ff'", False),
        ("corner == 'ff' == 1", False),
        ("2 ** 3 ** 2", 512),
        ("-2 ** 2", -4),
        ("2 ** -1", 0.5),
        ("1 - 2 - 3", -4),
        ("7 % 4 * 2", 6),
        ("round(vdda * 1.26, 1)", 4.2),
        ("max(1, vdda, 2) + min(4, 5)", 7.3),
        ("sqrt(abs(-9)) + log10(100) + exp(0)", 6),
        ("true and temp", True),
        ("corner == 3", False),
        ("1meg == 1e6", True),
    ],
)
def test_value(text: str, value: object) -> None:
    assert compile_parameter_condition(text, NAMES).evaluate(CASE) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("vdaa > 3", 1, "vdaa is not a parameter (did you mean 'vdda'?)"),
        ("temp > hto", 8, "'hto' is not a number"),
        ("temp > ", 7, "expected a number"),
        ("temp > vdaa", 8, "did you mean 'vdda'?"),
        ("temp > 3 && vdda", 10, "write and"),
        ("corner == 'ff", 11, "missing closing quote"),
        ("open('x')", 1, "not a function"),
        ("temp.real", 1, "did you mean 'temp'?"),
        ("sqrt(1, 2)", 1, "does not take 2"),
        ("temp in", 8, "expected a number"),
        ("(temp", 6, "expected )"),
        ("2n3904 > 1", 1, "2n3904 is not a number"),
        ("temp temp", 6, "an operator"),
        ("", 1, "the end"),
        ("(" * 60 + "1" + ")" * 60, 41, "too deeply"),
        ("1" + "+1" * 1500, 2000, "longer than"),
        ("1" + "+1" * 400, 501, "more than"),
        ("temp[0]", 5, "an operator"),
        ("[x for x in temp]", 1, "expected a number"),
    ],
)
def test_refused(text: str, column: int, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_parameter_condition(text, NAMES)
    assert message in str(caught.value)
    assert caught.value.column == column


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1 / (temp - 125)", "division by zero"),
        ("corner + 1", "'ff' is text, not a number"),
        ("corner < 1", "cannot order text and number"),
        ("sqrt(-1)", "domain"),
        ("(-8) ** 0.5", "is not a real number"),
        ("1e300 ** 9", "too large"),
        ("'%999999999d' % temp", "is text"),
    ],
)
def test_fails_for_a_case(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_parameter_condition(text, NAMES).evaluate(CASE)
    assert message in str(caught.value)


def test_missing_value() -> None:
    with pytest.raises(ExpressionError, match="temp has no value"):
        compile_parameter_condition("temp > 3", NAMES).evaluate({})


def test_names_in_order() -> None:
    assert compile_parameter_condition("temp > 3 and vdda < temp", NAMES).names == ("temp", "vdda")


def numbers() -> st.SearchStrategy[str]:
    return st.sampled_from(["a", "b"]) | st.integers(0, 99).map(str) | st.sampled_from(["0.5", "1e2", ".25"])


def arithmetic(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.tuples(inner, st.sampled_from("+-*/%"), inner).map(" ".join)
    return (
        binary
        | inner.map(lambda text: f"-({text})")
        | inner.map(lambda text: f"abs({text})")
        | inner.map("({})".format)
    )


def conditions(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    joined = st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join)
    return joined | inner.map("not ({})".format) | inner.map("({})".format)


ARITHMETIC = st.recursive(numbers(), arithmetic, max_leaves=8)
COMPARISONS = st.tuples(ARITHMETIC, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), ARITHMETIC).map(
    " ".join
)
MEMBERSHIPS = st.tuples(ARITHMETIC, st.sampled_from(["in", "not in"]), numbers(), numbers()).map(
    lambda parts: f"{parts[0]} {parts[1]} [{parts[2]}, {parts[3]}]"
)
CONDITIONS = st.recursive(COMPARISONS | MEMBERSHIPS, conditions, max_leaves=6)


@given(ARITHMETIC | CONDITIONS, st.floats(-100, 100), st.integers(-5, 5).map(float))
def test_means_what_python_means(text: str, a: float, b: float) -> None:
    scope = {"a": a, "b": b, "abs": abs}
    expression = compile_parameter_condition(text, ("a", "b"))
    try:
        expected = eval(text, {"__builtins__": {}}, scope)  # noqa: S307 - the reference, on generated text
    except ZeroDivisionError:
        if expression.truth({"a": a, "b": b}) is not None:  # what is known decides
            assert " or " in text or " and " in text
            return
        with pytest.raises(ExpressionError):
            expression.evaluate({"a": a, "b": b})
        return
    result = expression.evaluate({"a": a, "b": b})
    assert result == expected or (math.isnan(float(result)) and math.isnan(expected))


@given(CONDITIONS, st.lists(st.floats(-9, 9), min_size=1, max_size=6), st.integers(-2, 2).map(float))
def test_arrays_agree_with_single_values(text: str, column: list[float], b: float) -> None:
    expression = compile_parameter_condition(text, ("a", "b"))
    try:
        together = expression.evaluate_arrays({"a": np.array(column), "b": np.float64(b)})
    except NotVectorisedError:
        return
    alone = [expression.evaluate({"a": a, "b": b}) for a in column]
    assert np.broadcast_to(together, len(column)).tolist() == alone


@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_an_expression_error(text: str) -> None:
    try:
        compile_parameter_condition(text, NAMES)
    except ExpressionError as error:
        assert error.column is None or 1 <= error.column <= max(len(text), 1) + 1


def test_text_arrays() -> None:
    expression = compile_parameter_condition("corner == 'ff' and temp > 100", NAMES)
    corners, temps = np.array(["ss", "ff"]).reshape(2, 1), np.array([27.0, 125.0])
    assert expression.evaluate_arrays({"corner": corners, "temp": temps}).tolist() == [
        [False, False],
        [False, True],
    ]
    with pytest.raises(NotVectorisedError):
        compile_parameter_condition("corner > 3", NAMES).evaluate_arrays({"corner": corners})
