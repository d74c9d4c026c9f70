"""Which cells become assets."""

import pytest
from notebook_text import notebook
from promoted_values import as_pipeline, top_to_bottom

from daglab.notebooks.promotion import promote


def chosen(*sources):
    return {one.cell: " ".join(one.names) for one in promote(notebook(*sources)).assets}


HEAD = "import pandas as pd\nimport numpy as np\nimport random\nimport matplotlib.pyplot as plt"
FRAME = "df = pd.DataFrame({'x': [1, 2, None], 'k': list('aab')})"


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ([FRAME], {2: "df"}),
        ([FRAME, "df.head()", "plt.plot(df.x)"], {2: "df"}),
        ([FRAME, "clean = df.dropna()\nclean"], {2: "df", 3: "clean"}),
        ([FRAME, "df = df.dropna()", "n = len(df)"], {3: "df", 4: "n"}),
        ([FRAME, "n = len(df)", "df = df.dropna()", "m = len(df)"], {3: "n", 4: "df", 5: "m"}),
        ([FRAME, "df['y'] = 1", "n = df.y.sum()"], {4: "n"}),
        ([FRAME, "a, b = df.x.min(), df.x.max()", "c = a + b"], {2: "df", 3: "a b", 4: "c"}),
        (["LIMIT = 3\nPATH = 'a.csv'", "x = [n for n in range(LIMIT)]"], {3: "x"}),
        (["def f():\n  return 1", "x = f()"], {3: "x"}),
        (["fig, ax = plt.subplots()", "ax.set_title('a')"], {}),
        (["%%time\n" + FRAME], {2: "df"}),
        (["%%bash\nls", "x = sum([1])"], {3: "x"}),
        (["x = sum([1])\nimport os", "os.name"], {}),
        (["if random:\n  x = sum([1])", "y = x + 1"], {3: "y"}),
        (["x = sum([1])", "del x\nx = sum([2])"], {}),
        (["rows = (n for n in range(3))", "a = list(rows)", "b = list(rows)"], {3: "a"}),
        (["f = open('a')", "text = f.read()"], {3: "text"}),
        (["größe = sum([1])", "_x = größe + 1", "z = _x * 2"], {2: "größe", 3: "_x", 4: "z"}),
        (["np.random.seed(1)", "a = np.random.rand(2)", "b = np.random.rand(2)", "c = b + 1"], {3: "a"}),
        (["rng = np.random.default_rng(1)", "a = rng.normal()", "b = rng.normal()"], {3: "a"}),
        (["from os.path import *", "x = len('a')", "y = sum([1])"], {3: "x"}),
        ([FRAME, "df.to_csv('a.csv')", "back = pd.read_csv('a.csv')", "other = pd.read_csv('b.csv')"],
         {2: "df", 5: "other"}),
        (["%%capture out\nx = sum([1])", "text = out.stdout.strip()", "y = x + 1"], {4: "y"}),
        (["!wget a", "x = pd.read_csv('a')"], {}),
        ([FRAME, "late = df\nlate['y'] = 1", "n = df.sum()"], {3: "late"}),
        ([FRAME, "late = df[df.x > 1]\nlate['y'] = 1", "n = df.sum()"], {2: "df", 3: "late", 4: "n"}),
        ([FRAME, "unknown.train(df)"], {}),
        (["x = y + 1", "y = sum([1])"], {3: "y"}),
        (["from sklearn.svm import SVC", "model = SVC()\nmodel.fit([[1]], [1])", "p = model.predict([[1]])"],
         {3: "model", 4: "p"}),
        (["from sklearn.svm import SVC", "model = SVC()", "model.fit([[1]], [1])", "p = model.predict([[1]])"],
         {5: "p"}),
    ],
)  # fmt: skip
def test_cells_that_become_assets(sources, expected):
    assert chosen(HEAD, *sources) == expected


@pytest.mark.parametrize(
    ("sources", "cell", "reason"),
    [
        (["x = 1"], 1, "it makes no value worth keeping"),
        (["x = 1", "y = sum([x])"], 1, "it only sets constants"),
        (["print(1)"], 1, "it makes no value worth keeping"),
        ([""], 1, "it is empty"),
        (["x = sum([1])", "x = sum([x])"], 1, "cell 2 binds 'x' again"),
        (["x = list('ab')", "x.append(1)"], 1, "cell 2 changes 'x' in place"),
        (["x = sum([z])"], 1, "it reads 'z', which no cell above binds"),
        (["x = input()"], 1, "waits for somebody"),
        (["x = 1\nx.__iadd__(2)", "%run a.py", "y = sum([1])"], 3, "%run in cell 2 may bind or change any name"),
        (["f = open('a')", "a = f.read()", "b = f.read()", "c = b + '!'"], 4, "it depends on cell 3"),
    ],
)
def test_reasons_of_plain_cells(sources, cell, reason):
    (found,) = [one for one in promote(notebook(*sources)).choices if one.cell == cell]
    assert not found.names
    assert reason in found.reason


def test_errors_of_other_cells_are_kept():
    found = promote(notebook("x = sum([1])", "y = ("))
    assert [(one.cell, one.message) for one in found.errors] == [(2, "invalid syntax: '(' was never closed")]


def test_an_ordinary_analysis_gives_the_same_values():
    book = notebook(
        HEAD,
        FRAME,
        "df = df.dropna()\ndf['z'] = df.x * 2",
        "def share(x):\n  return x / x.sum()",
        "by_key = df.groupby('k').agg({'x': 'sum'})\nby_key",
        "df['share'] = share(df.z)",
        "from sklearn.linear_model import LinearRegression\nmodel = LinearRegression()",
        "model.fit(df[['x']], df.z)",
        "slope = float(model.coef_[0])\nprint(slope)",
        "table = by_key.reset_index()\ntable['slope'] = slope",
        "total = table.x.sum() + df.share.sum()",
    )
    expected = top_to_bottom(book)
    values, _ = as_pipeline(book)
    assert set(values) == {"slope", "table", "total", "by_key"}
    for name, value in values.items():
        same = getattr(value, "equals", value.__eq__)
        assert same(expected[name]), name
