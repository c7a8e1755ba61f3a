"""Make the Parquet and CSV files that the tests of this folder's package read.

    pip install pyarrow==26.0.1 pandas==3.1.1
    python make_fixtures.py

versions.txt says what made the present ones. The files plain*.parquet hold the same six rows, stored in different
ways; parquet_test.go says what they mean.
"""

import datetime as dt
import decimal
import gzip
import pathlib
import sys
import uuid

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).parent
UTC = dt.timezone.utc

TEXT = ["blue", "red", None, "blue", "grün, \"dark\"", ""]
WHOLE = [1, -2, None, 9007199254740993, 0, 7]
REAL = [1.5, -0.25, None, 1e300, 0.1, 3.0]
FLAG = [True, False, None, True, True, False]
INSTANT = [
    dt.datetime(2024, 2, 29, 12, 30, 15, 123000, UTC),
    dt.datetime(1969, 12, 31, 23, 59, 59, 999000, UTC),
    None,
    dt.datetime(1970, 1, 1, 0, 0, 0, 0, UTC),
    dt.datetime(2262, 4, 11, 0, 0, 0, 0, UTC),
    dt.datetime(1700, 1, 1, 0, 0, 0, 0, UTC),
]
DAY = [d and d.date() for d in INSTANT]
MONEY = [decimal.Decimal(x) if x else None for x in ["12.34", "-0.01", None, "99999.99", "0.00", "7.10"]]


def plain() -> pa.Table:
    return pa.table(
        {
            "text": pa.array(TEXT, pa.string()),
            "whole": pa.array(WHOLE, pa.int64()),
            "real": pa.array(REAL, pa.float64()),
            "flag": pa.array(FLAG, pa.bool_()),
            "instant": pa.array(INSTANT, pa.timestamp("us", tz="UTC")),
            "day": pa.array(DAY, pa.date32()),
            "money": pa.array(MONEY, pa.decimal128(9, 2)),
        }
    )


def write(name: str, table: pa.Table, **options) -> None:
    pq.write_table(table, HERE / name, **options)


def small_ints() -> pa.Table:
    columns = {}
    for kind in [pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]:
        bits = kind.bit_width
        top = 2 ** (bits - (0 if str(kind).startswith("u") else 1)) - 1
        low = 0 if str(kind).startswith("u") else -top - 1
        columns[str(kind)] = pa.array([top, low, None], kind)
    columns["float"] = pa.array([0.5, -1.25, None], pa.float32())
    return pa.table(columns)


def odd_types() -> pa.Table:
    def times(unit):
        return pa.array([INSTANT[0], INSTANT[1], None], pa.timestamp(unit, tz="Europe/Berlin"))

    local = [dt.datetime(2024, 2, 29, 12, 30, 15, 123456), dt.datetime(1969, 12, 31, 23, 59, 59), None]
    big = [decimal.Decimal("12345678901234567890123456.789"), decimal.Decimal("-0.001"), None]
    ids = [uuid.UUID("00112233-4455-6677-8899-aabbccddeeff").bytes, bytes(16), None]
    return pa.table(
        {
            "ms": times("ms"),
            "us": times("us"),
            "ns": times("ns"),
            "local": pa.array(local, pa.timestamp("us")),
            "clock_ms": pa.array([dt.time(9, 30), dt.time(23, 59, 59, 999000), None], pa.time32("ms")),
            "clock_us": pa.array([dt.time(9, 30), dt.time(23, 59, 59, 999999), None], pa.time64("us")),
            "clock_ns": pa.array([dt.time(9, 30), dt.time(23, 59, 59, 999999), None], pa.time64("ns")),
            "big": pa.array(big, pa.decimal128(29, 3)),
            "huge": pa.array(big, pa.decimal256(60, 3)),
            "uuid": pa.ExtensionArray.from_storage(pa.uuid(), pa.array(ids, pa.binary(16))),
            "bytes": pa.array([b"raw", b"", None], pa.binary()),
            "none": pa.nulls(3),
            "large": pa.array(["a", "b", None], pa.large_string()),
            "dictionary": pa.array(["x", "y", None]).dictionary_encode(),
        }
    )


def nested() -> pa.Table:
    return pa.table(
        {
            "id": pa.array(["a", "b"]),
            "tags": pa.array([["x", "y"], []], pa.list_(pa.string())),
            "address": pa.array([{"city": "Bern", "zip": 3000}, None], pa.struct([("city", pa.string()), ("zip", pa.int32())])),
            "scores": pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int32())),
            "fixed": pa.array([b"12345678", None], pa.binary(8)),
            "amount": pa.array([1.0, 2.0]),
        }
    )


def main() -> None:
    table = plain()
    write("plain.parquet", table)
    write("plain_v1_snappy.parquet", table, version="1.0", data_page_version="1.0", compression="snappy")
    write("plain_v2_zstd.parquet", table, data_page_version="2.0", compression="zstd")
    write("plain_gzip.parquet", table, compression="gzip")
    write("plain_brotli.parquet", table, compression="brotli")
    write("lz4.parquet", table, compression="lz4")
    write("plain_no_dictionary.parquet", table, use_dictionary=False, compression="none")
    write("plain_groups.parquet", table, row_group_size=2)
    write("plain_tiny_pages.parquet", table, data_page_size=1, write_batch_size=1, write_page_index=True)
    write("plain_crc.parquet", table, write_page_checksum=True)
    write("plain_int96.parquet", table, use_deprecated_int96_timestamps=True)
    write("plain_decimal_int.parquet", table, store_decimal_as_integer=True)
    write("plain_delta.parquet", table, use_dictionary=False,
          column_encoding={"text": "DELTA_BYTE_ARRAY", "whole": "DELTA_BINARY_PACKED", "real": "BYTE_STREAM_SPLIT",
                           "flag": "RLE", "instant": "DELTA_BINARY_PACKED", "day": "DELTA_BINARY_PACKED"},
          data_page_version="2.0")
    write("plain_delta_length.parquet", table, use_dictionary=False, column_encoding={"text": "DELTA_LENGTH_BYTE_ARRAY"})
    # Booleans in runs longer than eight, of lengths that are no multiple of it, over several pages.
    runs = pa.table({"long": pa.array([i // 13 % 2 == 0 for i in range(1000)]), "all": pa.array([True] * 1000),
                     "some": pa.array([None if i % 11 == 0 else i // 37 % 3 == 0 for i in range(1000)]),
                     "mixed": pa.array([i * i % 7 < 3 or i // 100 % 2 == 0 for i in range(1000)])})
    for name, settings in {"v2_zstd": dict(compression="zstd"), "v2_none": dict(compression="none"), "v1_gzip": dict(compression="gzip", data_page_version="1.0")}.items():
        write(f"booleans_{name}.parquet", runs, use_dictionary=False, column_encoding={n: "RLE" for n in runs.column_names},
              data_page_size=30, write_batch_size=250, **{"data_page_version": "2.0"} | settings)
    # As pandas writes it: text as categories with one that no row has, an index, times in nanoseconds.
    frame = table.drop_columns(["instant", "day", "money"]).to_pandas(types_mapper=pd.ArrowDtype)
    frame["text"] = pd.Categorical(frame["text"].tolist(), categories=["unused", "blue", "red", "grün, \"dark\"", ""])
    frame.to_parquet(HERE / "pandas_categories.parquet", index=True)
    # A dictionary that the writer gives up within a row group: many long values.
    many = pa.table({"id": pa.array([f"lead-{i:05d}" for i in range(4000)]), "kind": pa.array([f"k{i % 5}" for i in range(4000)])})
    write("fallback.parquet", many, dictionary_pagesize_limit=2000, data_page_size=4000, write_batch_size=100)
    write("small_ints.parquet", small_ints())
    write("odd_types.parquet", odd_types())
    write("nested.parquet", nested())
    write("no_rows.parquet", table.slice(0, 0))

    frame = pd.DataFrame({"name": ["Zürich", "a,b", "two\nlines", None], "amount": [1.5, None, -2, 0]})
    frame.to_csv(HERE / "pandas_utf8_sig.csv", index=False, encoding="utf-8-sig")
    frame.to_csv(HERE / "pandas_utf16.csv", index=False, encoding="utf-16", sep="\t")
    frame.to_csv(HERE / "pandas_cp1252.csv", index=False, encoding="cp1252", sep=";", decimal=",", lineterminator="\r\n")
    frame.to_csv(HERE / "pandas_quote_all.csv", index=False, quoting=1)
    text = frame.to_csv(index=False)
    with gzip.GzipFile(HERE / "pandas.csv.gz", "wb", mtime=0) as out:
        out.write(text.encode())
    with pa.CompressedOutputStream(str(HERE / "pandas.csv.zst"), "zstd") as out:
        out.write(text.encode())
    (HERE / "versions.txt").write_text(f"python {sys.version.split()[0]}\npyarrow {pa.__version__}\npandas {pd.__version__}\n")


if __name__ == "__main__":
    main()
