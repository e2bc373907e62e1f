"""People for the benchmarks: any number of them, made by DuckDB from a hash of their number, without a seed."""

from __future__ import annotations

from pathlib import Path

import duckdb

LEVELS = {"sex": 2, "race": 6, "age": 5, "region": 4}


def people(rows: int, *, attributes: int = 0) -> str:
    """A query: sex, race, age, region, outcome, decision, score, weight, and attributes a0, a1, … of six levels."""
    columns = [f"'{name} ' || (hash(i, '{name}') % {levels})::VARCHAR AS {name}" for name, levels in LEVELS.items()]
    columns += [f"'level ' || (hash(i, 'a{place}') % 6)::VARCHAR AS a{place}" for place in range(attributes)]
    chance = "0.2 + 0.3 * (hash(i, 'y') % 10 < 4)::INT - 0.1 * (hash(i, 'race') % 6 = 1)::INT"
    columns += [
        "(hash(i, 'y') % 10 < 4)::INT AS outcome",
        f"((hash(i, 'd') % 100000) / 100000.0 < {chance})::INT AS decision",
        "round((hash(i, 's') % 1000000007) / 1000000007.0, 9) AS score",
        "1 + (hash(i, 'w') % 3) / 2.0 AS weight",
        "i AS id",
    ]
    return f"SELECT {', '.join(columns)} FROM range({rows}) numbers(i)"


def write(folder: Path, rows: int, ending: str = "parquet") -> Path:
    """Write a file once."""
    file = folder / f"people-{rows}.{ending}"
    if not file.exists():
        with duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(folder)}) as connection:
            connection.execute(f"COPY ({people(rows)}) TO '{file}' (FORMAT {ending})")
    return file


def audit(attributes: list[str], crosses: list[list[str]], **model: object) -> dict[str, object]:
    """Declare an audit of these people."""
    return {
        "schema": 1,
        "audit": {"name": "benchmark", "title": "A benchmark"},
        "data": {"outcome": "outcome"},
        "protected": [{"column": name} for name in attributes],
        "groups": {"intersections": crosses},
        "model": model or {"decision": "decision"},
    }
