//! Files written as other programs write them, read row by row.

use std::io::{Seek as _, Write as _};
use std::sync::Arc;

use parquet::data_type::{
    ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int32Type, Int64Type,
};
use parquet::file::metadata::{FileMetaData, ParquetMetaDataBuilder, ParquetMetaDataWriter};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use rust_decimal::Decimal;
use wire::invoicing::v1::UsageEvent;

use super::*;

/// What a column holds; an optional one says where.
enum Held {
    Texts(Vec<&'static str>),
    Some(Vec<&'static str>, Vec<i16>),
    Longs(Vec<i64>),
    Ints(Vec<i32>),
    Fixed(Vec<Vec<u8>>),
}

fn written(schema: &str, groups: Vec<Vec<Held>>) -> Vec<u8> {
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let properties = Arc::new(WriterProperties::builder().build());
    let mut file = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut file, schema, properties).unwrap();
    for columns in groups {
        let mut group = writer.next_row_group().unwrap();
        for held in columns {
            let mut column = group.next_column().unwrap().unwrap();
            let bytes = |texts: Vec<&str>| texts.into_iter().map(ByteArray::from).collect::<Vec<_>>();
            match held {
                Held::Texts(texts) => column
                    .typed::<ByteArrayType>()
                    .write_batch(&bytes(texts), None, None),
                Held::Some(texts, levels) => {
                    column
                        .typed::<ByteArrayType>()
                        .write_batch(&bytes(texts), Some(&levels), None)
                }
                Held::Longs(numbers) => column.typed::<Int64Type>().write_batch(&numbers, None, None),
                Held::Ints(numbers) => column.typed::<Int32Type>().write_batch(&numbers, None, None),
                Held::Fixed(numbers) => {
                    let numbers: Vec<FixedLenByteArray> =
                        numbers.into_iter().map(FixedLenByteArray::from).collect();
                    column
                        .typed::<FixedLenByteArrayType>()
                        .write_batch(&numbers, None, None)
                }
            }
            .unwrap();
            column.close().unwrap();
        }
        group.close().unwrap();
    }
    writer.close().unwrap();
    file
}

fn opened(bytes: &[u8]) -> Result<Parquet, String> {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    Parquet::open(file)
}

/// All rows, or why they cannot be read.
fn read(bytes: &[u8]) -> Result<Vec<Row>, String> {
    let mut file = opened(bytes)?;
    let rows = std::iter::from_fn(|| file.next().transpose());
    let rows = rows
        .collect::<Result<_, _>>()
        .map_err(|error| error.to_string())?;
    assert!(file.position() <= u64::try_from(bytes.len()).unwrap());
    Ok(rows)
}

const PLAIN: &str = "message usage {
    required binary source (UTF8); required binary id (UTF8); required binary account (UTF8);
    required binary meter (UTF8); required int64 time (TIMESTAMP(MICROS,true));
    required int64 value (DECIMAL(18,4)); optional binary region (UTF8);
}";

fn group(ids: &[&'static str], times: Vec<i64>, values: Vec<i64>, regions: Held) -> Vec<Held> {
    let same = |text| vec![text; ids.len()];
    vec![
        Held::Texts(same("s")),
        Held::Texts(ids.to_vec()),
        Held::Texts(same("acme")),
        Held::Texts(same("call")),
        Held::Longs(times),
        Held::Longs(values),
        regions,
    ]
}

/// Noon of the last day of January 2026, in seconds and in microseconds.
const NOON: i64 = 1_769_860_800;
const DAY: i64 = NOON * 1_000_000;

fn one() -> Vec<Held> {
    group(&["a"], vec![DAY], vec![1], Held::Some(vec![], vec![0]))
}

/// Its id, when it was to the nanosecond, its value and its region.
fn told(row: &Row) -> (String, i64, i32, String, Option<String>) {
    let event: &UsageEvent = row.event.as_ref().unwrap();
    let time = event.time.unwrap();
    let region = event.dimensions.get("region").cloned();
    (
        event.id.clone(),
        time.seconds,
        time.nanos,
        event.value.clone(),
        region,
    )
}

fn expected(
    id: &str,
    seconds: i64,
    nanos: i32,
    value: &str,
    region: Option<&str>,
) -> (String, i64, i32, String, Option<String>) {
    (
        id.to_owned(),
        seconds,
        nanos,
        value.to_owned(),
        region.map(str::to_owned),
    )
}

#[test]
fn rows_of_all_groups_come_in_order_exact_and_with_their_dimensions() {
    let regions = Held::Some(vec!["eu"], vec![1, 0]);
    let first = group(&["a", "b"], vec![DAY, DAY + 1], vec![125_000, -1], regions);
    let regions = Held::Some(vec!["us"], vec![1]);
    let second = group(&["c"], vec![DAY], vec![i64::MAX], regions);
    let rows = read(&written(PLAIN, vec![first, second])).unwrap();
    assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 2, 3]);
    let wanted = [
        expected("a", NOON, 0, "12.5000", Some("eu")),
        expected("b", NOON, 1000, "-0.0001", None),
        expected("c", NOON, 0, "922337203685477.5807", Some("us")),
    ];
    assert_eq!(rows.iter().map(told).collect::<Vec<_>>(), wanted);
}

/// What pyarrow 26 writes in pages of either version: compressed in each way, with checksums and dictionaries, or neither,
/// with lengths and differences instead.
const KNOWN: [(&str, &[u8]); 4] = [
    ("Snappy", include_bytes!("known/snappy.parquet")),
    ("gzip", include_bytes!("known/gzip.parquet")),
    ("Zstandard", include_bytes!("known/zstd.parquet")),
    ("none", include_bytes!("known/plain.parquet")),
];

#[test]
fn files_of_another_program_hold_the_same_in_whatever_way_they_are_packed() {
    for (packed, file) in KNOWN {
        let rows = read(file).unwrap();
        for (place, row) in (0_i64..).zip(&rows) {
            let region = ["eu", "", "us"]
                .into_iter()
                .cycle()
                .nth(usize::try_from(place).unwrap());
            let value = if place == 8 { "-0.0001" } else { "12.5000" };
            let id = (place + 1).to_string();
            let region = region.filter(|region| !region.is_empty());
            let wanted = expected(&id, NOON + 3600 * place, 0, value, region);
            assert_eq!(told(row), wanted, "{packed}");
            let paid = row.event.as_ref().unwrap().dimensions.get("paid");
            let wanted = ["true", "false", ""]
                .into_iter()
                .cycle()
                .nth(usize::try_from(place).unwrap());
            assert_eq!(paid.map_or("", String::as_str), wanted.unwrap(), "{packed}");
        }
        assert_eq!(rows.len(), 9, "{packed}");
    }
}

#[test]
fn more_rows_than_are_read_at_a_time_all_arrive() {
    let many = 2 * TOGETHER + 7;
    let levels = (0..many).map(|row| i16::from(row != 1500)).collect();
    let regions = Held::Some(vec!["eu"; many - 1], levels);
    let values = (0..).take(many).collect();
    let held = group(&vec!["x"; many], vec![DAY; many], values, regions);
    let rows = read(&written(PLAIN, vec![held])).unwrap();
    assert_eq!(rows.len(), many);
    let without = rows
        .iter()
        .filter(|row| row.event.as_ref().unwrap().dimensions.is_empty());
    assert_eq!(without.map(|row| row.number).collect::<Vec<_>>(), [1501]);
    let last = rows.last().unwrap().event.as_ref().unwrap();
    assert_eq!(last.value.parse(), Ok(Decimal::new(2006, 4)));
}

#[test]
fn moments_are_exact_in_each_unit() {
    for (unit, time, nanos) in [
        ("MILLIS", NOON * 1000 + 7, 7_000_000),
        ("MICROS", DAY + 7, 7000),
        ("NANOS", DAY * 1000 + 7, 7),
    ] {
        let schema = PLAIN.replace("MICROS", unit);
        let held = group(&["a"], vec![time], vec![1], Held::Some(vec![], vec![0]));
        let rows = read(&written(&schema, vec![held])).unwrap();
        assert_eq!(
            told(&rows[0]),
            expected("a", NOON, nanos, "0.0001", None),
            "{unit}"
        );
    }
}

#[test]
fn days_whole_numbers_uuids_and_wide_decimals_are_what_they_say() {
    let schema = PLAIN
        .replace("int64 time (TIMESTAMP(MICROS,true))", "int32 time (DATE)")
        .replace("binary id (UTF8)", "fixed_len_byte_array(16) id (UUID)")
        .replace(
            "int64 value (DECIMAL(18,4))",
            "fixed_len_byte_array(16) value (DECIMAL(38,2))",
        )
        .replace("optional binary region (UTF8)", "required int32 shards (UINT_32)");
    let wide = |number: i128| number.to_be_bytes().to_vec();
    let same = |text| Held::Texts(vec![text; 3]);
    let columns = vec![
        same("s"),
        Held::Fixed(vec![vec![0xab; 16]; 3]),
        same("acme"),
        same("call"),
        Held::Ints(vec![20_484, 0, 20_484]),
        Held::Fixed(vec![wide(-1250), wide(7), wide(i128::MAX)]),
        Held::Ints(vec![-1, 3, 3]),
    ];
    let rows = read(&written(&schema, vec![columns])).unwrap();
    let first = rows[0].event.as_ref().unwrap();
    assert_eq!(
        (
            first.time.unwrap().seconds,
            &*first.value,
            &*first.dimensions["shards"],
            &*first.id
        ),
        (
            NOON,
            "-12.50",
            "4294967295",
            "abababab-abab-abab-abab-abababababab"
        )
    );
    let why = rows[2].event.as_ref().unwrap_err();
    assert_eq!((rows[2].number, &**why), (3, "value has more than 28 digits"));
}

#[test]
fn what_is_not_exact_or_not_clear_is_refused_by_its_name() {
    let cases = [
        (
            "int64 value (DECIMAL(18,4))",
            "double value",
            "`value` holds binary floating point",
        ),
        (
            "(TIMESTAMP(MICROS,true))",
            "(TIMESTAMP(MICROS,false))",
            "`time` holds times of no time zone",
        ),
        (
            "int64 time (TIMESTAMP(MICROS,true))",
            "int96 time",
            "`time` holds times as INT96",
        ),
        (
            "optional binary region",
            "repeated binary region",
            "`region` holds lists",
        ),
        ("required binary meter (UTF8);", "", "`meter` is missing"),
        ("binary region (UTF8)", "binary region", "`region` holds no texts"),
        (
            "binary region (UTF8)",
            "binary source (UTF8)",
            "two columns are named `source`",
        ),
    ];
    for (from, to, why) in cases {
        let schema = PLAIN.replace(from, to);
        assert_ne!(schema, PLAIN);
        let told = opened(&written(&schema, Vec::new())).err().unwrap();
        assert!(told.contains(why), "{told}");
    }
}

/// The file with other sayings about itself, and the same pages.
fn with_other_metadata(file: &[u8], rows: i64, chunks: i64) -> Vec<u8> {
    let metadata = opened(file).unwrap().metadata;
    let end = metadata.row_groups()[0].columns().last().unwrap().byte_range();
    let before = metadata.file_metadata();
    let said = FileMetaData::new(
        before.version(),
        rows,
        None,
        None,
        before.schema_descr_ptr(),
        None,
    );
    let groups = metadata.row_groups().iter().map(|group| {
        let columns = group.columns().iter().map(|chunk| {
            let chunk = chunk.clone().into_builder().set_num_values(chunks);
            chunk.build().unwrap()
        });
        let columns = columns.collect();
        let group = group.clone().into_builder().set_num_rows(rows);
        group.set_column_metadata(columns).build().unwrap()
    });
    let said = ParquetMetaDataBuilder::new(said)
        .set_row_groups(groups.collect())
        .build();
    let mut written = file[..usize::try_from(end.0 + end.1).unwrap()].to_vec();
    ParquetMetaDataWriter::new(&mut written, &said).finish().unwrap();
    written
}

#[test]
fn rows_that_a_file_claims_and_does_not_have_are_an_error_where_they_should_stand() {
    let file = written(PLAIN, vec![one()]);
    assert_eq!(read(&with_other_metadata(&file, 1, 1)).unwrap().len(), 1);
    let told = opened(&with_other_metadata(&file, 1, 2)).err().unwrap();
    assert!(told.contains("not as many values as rows"), "{told}");
    let told = opened(&with_other_metadata(&file, -1, -1)).err().unwrap();
    assert!(told.contains("the file is damaged"), "{told}");
    let told = read(&with_other_metadata(&file, 1 << 40, 1 << 40)).err().unwrap();
    assert!(told.starts_with("it cannot be read from row 1 on"), "{told}");
}

#[test]
fn a_damaged_file_is_an_error_and_no_panic() {
    let spoilt = std::iter::once(written(PLAIN, vec![one()]));
    for file in spoilt.chain(KNOWN.map(|(_, file)| file.to_vec())) {
        for cut in (0..file.len()).step_by(97) {
            assert!(opened(&file[..cut]).is_err(), "cut after {cut} bytes");
        }
        for place in (0..file.len()).step_by(7) {
            let mut spoilt = file.clone();
            spoilt[place] ^= if place % 2 == 0 { 0xff } else { 0x11 };
            if let Ok(rows) = read(&spoilt) {
                assert!(rows.len() <= 9, "rows out of nothing: byte {place}");
            }
        }
    }
}

#[test]
fn a_page_that_was_changed_is_known_by_its_checksum() {
    for (packed, file) in KNOWN {
        let (start, length) = opened(file).unwrap().metadata.row_groups()[0].columns()[0].byte_range();
        let mut spoilt = file.to_vec();
        spoilt[usize::try_from(start + length).unwrap() - 1] ^= 1;
        let told = read(&spoilt).err().unwrap_or_default();
        assert!(
            told.contains("from row 1 on: the file is damaged") && told.contains("CRC"),
            "{packed}: {told}"
        );
    }
}
