//! Columns of a Parquet file: what their values mean, and each value as the text that a CSV file would have.

use jiff::civil::date;
use jiff::{Timestamp, ToSpan};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::DataType;
use parquet::errors::ParquetError;
use parquet::schema::types::ColumnDescriptor;
use rust_decimal::Decimal;
use uuid::Uuid;

/// Bytes of a text; the service takes far less, and says so of each event.
const LONGEST: usize = 4096;
/// Bytes of each value of a column whose values are of one length: decimals and UUIDs have less.
const WIDEST: i32 = 64;

/// A column, and what its values mean.
pub(super) struct Column {
    pub(super) name: String,
    pub(super) optional: bool,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Uuid,
    Truth,
    Whole {
        signed: bool,
    },
    Decimal {
        scale: u32,
    },
    Date,
    /// In so many parts of a second since 1970.
    Time {
        parts: i64,
    },
    /// Every value is absent.
    Nothing,
}

/// A value as a text; none where there is none, or why it cannot be one.
pub(super) type Cell = Result<Option<String>, String>;

impl Column {
    pub(super) fn of(column: &ColumnDescriptor) -> Result<Self, String> {
        let name = column.path().string();
        let kind = Kind::of(column).map_err(|why| format!("the column `{name}` {why}"))?;
        Ok(Self {
            name,
            optional: column.max_def_level() > 0,
            kind,
        })
    }

    pub(super) fn cells(&self, reader: &mut ColumnReader, wanted: usize) -> Result<Vec<Cell>, ParquetError> {
        let kind = self.kind;
        match reader {
            ColumnReader::BoolColumnReader(reader) => {
                self.read(reader, wanted, |value| Ok(value.to_string()))
            }
            ColumnReader::Int32ColumnReader(reader) => self.read(reader, wanted, |value| match kind {
                Kind::Whole { signed: false } => Ok(value.cast_unsigned().to_string()),
                _ => kind.whole(i64::from(*value)),
            }),
            ColumnReader::Int64ColumnReader(reader) => self.read(reader, wanted, |value| match kind {
                Kind::Whole { signed: false } => Ok(value.cast_unsigned().to_string()),
                _ => kind.whole(*value),
            }),
            ColumnReader::ByteArrayColumnReader(reader) => {
                self.read(reader, wanted, |value| kind.bytes(value.data()))
            }
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                self.read(reader, wanted, |value| kind.bytes(value.data()))
            }
            _ => Err(ParquetError::General(format!(
                "the column `{}` holds other values than the file said",
                self.name
            ))),
        }
    }

    /// So many values, those that are absent in their places.
    fn read<T: DataType>(
        &self,
        reader: &mut ColumnReaderImpl<T>,
        wanted: usize,
        shown: impl Fn(&T::T) -> Result<String, String>,
    ) -> Result<Vec<Cell>, ParquetError> {
        let (mut present, mut values, mut read) = (Vec::new(), Vec::new(), 0);
        while read < wanted {
            let levels = self.optional.then_some(&mut present);
            let (rows, ..) = reader.read_records(wanted - read, levels, None, &mut values)?;
            if rows == 0 {
                return Err(ParquetError::EOF(format!(
                    "the column `{}` ends too soon",
                    self.name
                )));
            }
            read += rows;
        }
        if !self.optional {
            present = vec![1; wanted];
        }
        let mut values = values.iter();
        let mut next = || values.next().map(&shown).transpose();
        let cells = present.iter().map(|level| match level {
            0 => Ok(None),
            _ => next().map_err(|why| format!("{} {why}", self.name)),
        });
        Ok(cells.collect())
    }
}

impl Kind {
    fn of(column: &ColumnDescriptor) -> Result<Self, &'static str> {
        if column.path().parts().len() > 1 || column.max_rep_level() > 0 {
            return Err("holds lists or groups: give each dimension a column of its own");
        }
        match column.physical_type() {
            Type::FLOAT | Type::DOUBLE => Err(
                "holds binary floating point numbers, which are not exact: write decimals, whole numbers or texts",
            ),
            Type::INT96 => Err("holds times as INT96, which is no longer written: write timestamps in UTC"),
            Type::BOOLEAN => Ok(Self::Truth),
            Type::FIXED_LEN_BYTE_ARRAY if column.type_length() > WIDEST => {
                Err("holds values that are wider than any decimal")
            }
            _ => match column.logical_type_ref() {
                Some(logical) => Self::logical(logical, column),
                None => Self::converted(column),
            },
        }
    }

    fn logical(logical: &LogicalType, column: &ColumnDescriptor) -> Result<Self, &'static str> {
        match logical {
            LogicalType::Timestamp(time) if !time.is_adjusted_to_u_t_c => Err(
                "holds times of no time zone, so nobody can tell which moments they are: write them as moments in UTC \
                 (`TIMESTAMPTZ`, `tz_localize`)",
            ),
            LogicalType::Timestamp(time) => Ok(Self::Time {
                parts: match time.unit {
                    TimeUnit::MILLIS => 1000,
                    TimeUnit::MICROS => 1_000_000,
                    TimeUnit::NANOS => 1_000_000_000,
                },
            }),
            LogicalType::Decimal(_) => Self::decimal(column),
            LogicalType::Date => Ok(Self::Date),
            LogicalType::String | LogicalType::Enum | LogicalType::Json => Ok(Self::Text),
            LogicalType::Integer(number) => Ok(Self::Whole {
                signed: number.is_signed,
            }),
            LogicalType::Uuid => Ok(Self::Uuid),
            LogicalType::Unknown => Ok(Self::Nothing),
            _ => Err(OTHER),
        }
    }

    /// As files said it before there were logical types.
    fn converted(column: &ColumnDescriptor) -> Result<Self, &'static str> {
        let whole = matches!(column.physical_type(), Type::INT32 | Type::INT64);
        match column.converted_type() {
            ConvertedType::TIMESTAMP_MILLIS => Ok(Self::Time { parts: 1000 }),
            ConvertedType::TIMESTAMP_MICROS => Ok(Self::Time { parts: 1_000_000 }),
            ConvertedType::DECIMAL => Self::decimal(column),
            ConvertedType::DATE => Ok(Self::Date),
            ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON => Ok(Self::Text),
            ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::UINT_64 => Ok(Self::Whole { signed: false }),
            ConvertedType::INT_8 | ConvertedType::INT_16 | ConvertedType::INT_32 | ConvertedType::INT_64 => {
                Ok(Self::Whole { signed: true })
            }
            ConvertedType::NONE if whole => Ok(Self::Whole { signed: true }),
            _ => Err(OTHER),
        }
    }

    fn decimal(column: &ColumnDescriptor) -> Result<Self, &'static str> {
        let scale = u32::try_from(column.type_scale());
        Ok(Self::Decimal {
            scale: scale.map_err(|_| "holds decimals with less than no digits behind the point")?,
        })
    }

    fn whole(self, value: i64) -> Result<String, String> {
        match self {
            Self::Decimal { scale } => decimal(i128::from(value), scale),
            Self::Date => date(1970, 1, 1)
                .checked_add(i32::try_from(value).map_err(|_| "is no date")?.days())
                .map(|day| day.to_string())
                .map_err(|_| "is a date that no calendar has".to_owned()),
            Self::Time { parts } => {
                let nanoseconds = i128::from(value) * i128::from(1_000_000_000 / parts);
                Timestamp::from_nanosecond(nanoseconds)
                    .map(|at| at.to_string())
                    .map_err(|_| "is a time that no calendar has".to_owned())
            }
            Self::Whole { .. } => Ok(value.to_string()),
            _ => Err(NOT_AS_SAID.to_owned()),
        }
    }

    fn bytes(self, value: &[u8]) -> Result<String, String> {
        match self {
            Self::Text if value.len() > LONGEST => Err(format!("is a text of {} bytes", value.len())),
            Self::Text => String::from_utf8(value.to_vec()).map_err(|_| "is no text in UTF-8".to_owned()),
            Self::Decimal { scale } => decimal(big_endian(value).ok_or(TOO_LARGE)?, scale),
            Self::Uuid => Uuid::from_slice(value)
                .map(|uuid| uuid.to_string())
                .map_err(|_| "is no UUID".to_owned()),
            _ => Err(NOT_AS_SAID.to_owned()),
        }
    }
}

const OTHER: &str = "holds no texts, whole numbers, decimals, dates or times";
const NOT_AS_SAID: &str = "holds other values than the file said";
const TOO_LARGE: &str = "has more than 28 digits";

fn decimal(units: i128, scale: u32) -> Result<String, String> {
    let exact = Decimal::try_from_i128_with_scale(units, scale).map_err(|_| TOO_LARGE)?;
    Ok(exact.to_string())
}

/// A whole number in two's complement, the greatest byte first; none where it does not fit.
fn big_endian(value: &[u8]) -> Option<i128> {
    let sign = if value.first()? >> 7 == 1 { 0xff } else { 0 };
    let (more, held) = value.split_at(value.len().saturating_sub(16));
    let mut bytes = [sign; 16];
    bytes.get_mut(16 - held.len()..)?.copy_from_slice(held);
    let number = i128::from_be_bytes(bytes);
    let fits = more.iter().all(|byte| *byte == sign) && (number < 0) == (sign == 0xff);
    fits.then_some(number)
}
