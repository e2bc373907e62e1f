"""Loading: files of four kinds, and what is never opened."""

import hashlib
import pickle
import sys

import joblib
import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from biasaudit.errors import MissingExtraError, ModelError
from biasaudit.models import judge, make_model


@pytest.fixture
def numbers():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(200, 3)), columns=["a", "b", "c"])
    outcome = (frame.a + 0.5 * frame.b + rng.normal(size=200) > 0).astype(int)
    return frame, outcome


def load(make_table, make_spec, folder, name, frame, **more):
    return make_model(make_table(frame), make_spec(load=name), folder=folder, seed=0, **more)


def test_skops_there_and_back(make_table, make_spec, tmp_path, people):
    frame, outcome, _ = people
    frame = frame[["grade", "sex"]]
    columns = make_column_transformer((OneHotEncoder(), ["sex"]), (StandardScaler(), ["grade"]))
    fitted = make_pipeline(columns, LogisticRegression()).fit(frame, outcome)
    skops.io.dump(fitted, tmp_path / "model.skops")
    model = load(make_table, make_spec, tmp_path, "model.skops", frame)
    np.testing.assert_array_equal(model.score(frame), fitted.predict_proba(frame)[:, 1])
    assert (model.kind, model.source, model.scale) == ("loaded", "model.skops", "probability")
    assert model.fingerprint.role == "model"
    assert model.fingerprint.sha256 == hashlib.sha256((tmp_path / "model.skops").read_bytes()).hexdigest()
    table = make_table(frame)
    assert judge(model, table, make_spec(load="model.skops")).decisions.cut_value == 0.5


def test_the_declared_positive_value_is_the_class_that_is_scored(make_table, make_spec, tmp_path, numbers):
    frame, outcome = numbers
    fitted = LogisticRegression().fit(frame, np.where(outcome == 1, "admit", "reject"))
    skops.io.dump(fitted, tmp_path / "model.skops")
    spec = make_spec(load="model.skops")
    spec = spec.model_copy(update={"data": spec.data.model_copy(update={"positive_value": "admit"})})
    model = make_model(make_table(frame), spec, folder=tmp_path, seed=0)
    np.testing.assert_array_equal(model.score(frame), fitted.predict_proba(frame)[:, 0])
    with pytest.raises(ModelError, match="'admit' and 'reject'"):
        load(make_table, make_spec, tmp_path, "model.skops", frame)


def test_untrusted_types_are_listed_and_not_opened(make_table, make_spec, tmp_path, numbers):
    frame, outcome = numbers
    opened = []
    fitted = make_pipeline(FunctionTransformer(np.ascontiguousarray), LogisticRegression()).fit(frame, outcome)
    fitted.steps[0] = ("functiontransformer", FunctionTransformer(hashlib.sha256))
    skops.io.dump(fitted, tmp_path / "model.skops")
    with pytest.raises(ModelError, match=r"sha256.*case\.py"):
        opened.append(load(make_table, make_spec, tmp_path, "model.skops", frame))
    assert not opened


class _Trap:
    """A pickle that leaves a trace when it is opened."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


@pytest.mark.parametrize("name", ["model.pkl", "model.pickle", "model.joblib"])
def test_a_pickle_is_refused_without_being_opened(make_table, make_spec, tmp_path, numbers, name):
    (tmp_path / name).write_bytes(pickle.dumps(_Trap(tmp_path / "sprung")))
    with pytest.raises(ModelError, match=r"run any code[\s\S]*skops.io.dump[\s\S]*--trust-pickle"):
        load(make_table, make_spec, tmp_path, name, numbers[0])
    assert not (tmp_path / "sprung").exists()


def test_a_trusted_pickle_is_opened(make_table, make_spec, tmp_path, numbers):
    frame, outcome = numbers
    fitted = GradientBoostingClassifier(n_estimators=5).fit(frame, outcome)
    joblib.dump(fitted, tmp_path / "model.joblib")
    model = load(make_table, make_spec, tmp_path, "model.joblib", frame, trust_pickle=True)
    np.testing.assert_array_equal(model.score(frame), fitted.predict_proba(frame)[:, 1])


def test_onnx_of_a_matrix_and_of_columns(make_table, make_spec, tmp_path, numbers):
    skl2onnx = pytest.importorskip("skl2onnx")
    types = pytest.importorskip("skl2onnx.common.data_types")
    frame, outcome = numbers
    frame = frame.assign(school=np.where(frame.c > 0, "x", "y"))
    plain = LogisticRegression().fit(frame[["a", "b", "c"]].to_numpy(), outcome)
    schema = [("in", types.FloatTensorType([None, 3]))]
    for zipmap in (True, False):
        made = skl2onnx.convert_sklearn(plain, initial_types=schema, options={"zipmap": zipmap})
        (tmp_path / "matrix.onnx").write_bytes(made.SerializeToString())
        model = load(make_table, make_spec, tmp_path, "matrix.onnx", frame[["a", "b", "c"]])
        expected = plain.predict_proba(frame[["a", "b", "c"]].to_numpy())[:, 1]
        np.testing.assert_allclose(model.score(frame), expected, atol=1e-5)
        assert model.scale == "probability"

    encode = make_column_transformer((OneHotEncoder(), ["school"]), ("passthrough", ["a"]))
    piped = make_pipeline(encode, LogisticRegression()).fit(frame[["school", "a"]], outcome)
    schema = [("school", types.StringTensorType([None, 1])), ("a", types.FloatTensorType([None, 1]))]
    made = skl2onnx.convert_sklearn(piped, initial_types=schema)
    (tmp_path / "columns.onnx").write_bytes(made.SerializeToString())
    model = load(make_table, make_spec, tmp_path, "columns.onnx", frame)
    np.testing.assert_allclose(model.score(frame), piped.predict_proba(frame)[:, 1], atol=1e-5)

    line = LinearRegression().fit(frame[["a", "b", "c"]].to_numpy(), outcome)
    made = skl2onnx.convert_sklearn(line, initial_types=[("in", types.FloatTensorType([None, 3]))])
    (tmp_path / "line.onnx").write_bytes(made.SerializeToString())
    model = load(make_table, make_spec, tmp_path, "line.onnx", frame[["a", "b", "c"]])
    assert model.scale == "score"
    np.testing.assert_allclose(model.score(frame), line.predict(frame[["a", "b", "c"]].to_numpy()), atol=1e-5)


def test_xgboost_files(make_table, make_spec, tmp_path, numbers):
    xgboost = pytest.importorskip("xgboost")
    frame, outcome = numbers
    frame = frame.assign(school=np.where(frame.c > 0.3, "x", "y"))
    typed = frame.astype({"school": "category"})
    fitted = xgboost.XGBClassifier(n_estimators=5, enable_categorical=True, n_jobs=1).fit(typed, outcome)
    for name in ("model.ubj", "model.json"):
        fitted.save_model(tmp_path / name)
        model = load(make_table, make_spec, tmp_path, name, frame)
        np.testing.assert_allclose(model.score(frame), fitted.predict_proba(typed)[:, 1], atol=1e-6)
        assert (model.scale, model.features) == ("probability", ("a", "b", "c", "school"))
        # A single row knows one level only, and must still mean the same person.
        np.testing.assert_allclose(model.score(frame.iloc[[7]]), model.score(frame)[[7]], atol=1e-6)


def test_lightgbm_files(make_table, make_spec, tmp_path, numbers):
    lightgbm = pytest.importorskip("lightgbm")
    frame, outcome = numbers
    frame = frame.assign(school=np.where(frame.c > 0.3, "x", "y"))
    typed = frame.astype({"school": "category"})
    fitted = lightgbm.LGBMClassifier(n_estimators=5, verbose=-1, n_jobs=1).fit(typed, outcome)
    fitted.booster_.save_model(tmp_path / "model.txt")
    model = load(make_table, make_spec, tmp_path, "model.txt", frame)
    np.testing.assert_allclose(model.score(frame), fitted.predict_proba(typed)[:, 1], atol=1e-9)
    assert (model.scale, model.features) == ("probability", ("a", "b", "c", "school"))
    np.testing.assert_allclose(model.score(frame.iloc[[7]]), model.score(frame)[[7]], atol=1e-9)


@pytest.mark.parametrize(
    ("name", "package"), [("m.onnx", "onnxruntime"), ("m.ubj", "xgboost"), ("m.json", "xgboost"), ("m.txt", "lightgbm")]
)
def test_an_absent_package_is_named_with_its_extra(
    make_table, make_spec, tmp_path, numbers, monkeypatch, name, package
):
    (tmp_path / name).write_bytes(b"tree\n")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError, match=package):
        load(make_table, make_spec, tmp_path, name, numbers[0])


@pytest.mark.parametrize("name", ["m.skops", "m.onnx", "m.ubj", "m.json", "m.txt"])
def test_a_file_of_something_else_is_refused_in_words(make_table, make_spec, tmp_path, numbers, name):
    (tmp_path / name).write_text("just words", encoding="utf-8")
    with pytest.raises(ModelError, match=r"m\.\w+ (is no|holds)"):
        load(make_table, make_spec, tmp_path, name, numbers[0])


def test_files_that_are_not_there_or_not_known(make_table, make_spec, tmp_path, numbers):
    with pytest.raises(ModelError, match="no such file"):
        load(make_table, make_spec, tmp_path, "gone.skops", numbers[0])
    with pytest.raises(ModelError, match=r"Known: \.skops"):
        load(make_table, make_spec, tmp_path, "model.h5", numbers[0])


def test_a_column_that_the_model_needs_and_the_table_lacks(make_table, make_spec, tmp_path, numbers):
    frame, outcome = numbers
    skops.io.dump(LogisticRegression().fit(frame, outcome), tmp_path / "model.skops")
    with pytest.raises(ModelError, match=r"needs 1 columns .*'c'"):
        load(make_table, make_spec, tmp_path, "model.skops", frame[["a", "b"]])
