//! Files of usage in Parquet: flat columns under the names that the columns of a CSV file have. A column whose values are
//! not exact, or not clear without knowing more, is refused by its name before anything is sent; so is a file whose parts
//! contradict each other. What is damaged behind that is an error at the row where it shows. Rows are read some at a time.

mod column;
mod pages;
mod unpacked;

use std::cell::Cell as Flag;
use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::errors::{ParquetError, Result as Decoded};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader, RowGroupMetaData};

use super::{Row, of_cells, required};
use column::{Cell, Column};
use pages::{Held, TooMuch};

/// Rows read at a time.
const TOGETHER: usize = 1000;
/// An event has far fewer dimensions; each column takes room while it is read.
const MOST_COLUMNS: usize = 200;

/// A file, and where in it its reader is.
pub(in crate::usage) struct Parquet {
    file: File,
    metadata: ParquetMetaData,
    columns: Vec<Column>,
    /// Of the group of rows that is being read.
    readers: Vec<ColumnReader>,
    /// Rows of it that were not read yet.
    left: usize,
    next_group: usize,
    ready: VecDeque<Row>,
    /// Rows that were read.
    rows: u64,
    bytes: u64,
}

impl Parquet {
    pub(super) fn open(file: File) -> Result<Self, String> {
        let bytes = file.metadata().map_err(|error| error.to_string())?.len();
        let metadata = unharmed(|| ParquetMetaDataReader::new().parse_and_finish(&file))?;
        let schema = metadata.file_metadata().schema_descr_ptr();
        if schema.num_columns() > MOST_COLUMNS {
            return Err(format!(
                "it has {} columns, and {MOST_COLUMNS} are read at most",
                schema.num_columns()
            ));
        }
        let columns = schema.columns().iter().map(|column| Column::of(column));
        let columns: Vec<Column> = columns.collect::<Result<_, _>>()?;
        required(columns.iter().map(|column| column.name.as_str()))?;
        agrees(&metadata, &columns, bytes)?;
        Ok(Self {
            file,
            metadata,
            columns,
            readers: Vec::new(),
            left: 0,
            next_group: 0,
            ready: VecDeque::new(),
            rows: 0,
            bytes,
        })
    }

    /// About where in the file it is, in bytes.
    pub(super) fn position(&self) -> u64 {
        let all = u128::try_from(self.metadata.file_metadata().num_rows()).unwrap_or_default();
        let read = u128::from(self.bytes) * u128::from(self.rows);
        let position = read.checked_div(all).unwrap_or_default();
        u64::try_from(position).unwrap_or(self.bytes)
    }

    /// The next row, numbered from 1.
    pub(super) fn next(&mut self) -> Result<Option<Row>, std::io::Error> {
        if self.ready.is_empty() {
            let first = self.rows + 1;
            let read = unharmed(|| self.read());
            read.map_err(|why| {
                let told = format!("it cannot be read from row {first} on: {why}");
                std::io::Error::new(std::io::ErrorKind::InvalidData, told)
            })?;
        }
        Ok(self.ready.pop_front())
    }

    /// Opens the next group that has rows; false where none is left.
    fn open_group(&mut self) -> Decoded<bool> {
        while self.left == 0 {
            let Some(group) = self.metadata.row_groups().get(self.next_group) else {
                return Ok(false);
            };
            self.next_group += 1;
            self.left = usize::try_from(group.num_rows())?;
            let held = Held::default();
            let columns = self.columns.iter().zip(group.columns());
            let readers = columns.map(|(column, chunk)| {
                let pages = pages::pages(&self.file, chunk, self.left, column.optional, &held)?;
                Ok(get_column_reader(chunk.column_descr_ptr(), pages))
            });
            self.readers = readers.collect::<Decoded<_>>()?;
        }
        Ok(true)
    }

    fn read(&mut self) -> Decoded<()> {
        if !self.open_group()? {
            return Ok(());
        }
        let wanted = self.left.min(TOGETHER);
        let columns = self.columns.iter().zip(&mut self.readers);
        let cells = columns.map(|(column, reader)| Ok(column.cells(reader, wanted)?.into_iter()));
        let mut cells: Vec<_> = cells.collect::<Decoded<_>>()?;
        self.left -= wanted;
        for _ in 0..wanted {
            self.rows += 1;
            let row = self.columns.iter().zip(cells.iter_mut().map(Iterator::next));
            let event = held(row)
                .and_then(|row| of_cells(row.iter().map(|(name, cell)| (*name, cell.as_str())).collect()));
            self.ready.push_back(Row {
                number: self.rows,
                event,
            });
        }
        Ok(())
    }
}

/// The cells of a row that hold something, by the names of their columns.
fn held<'a>(
    row: impl Iterator<Item = (&'a Column, Option<Cell>)>,
) -> Result<HashMap<&'a str, String>, String> {
    let cells = row.filter_map(|(column, cell)| {
        let cell = cell?.transpose()?;
        Some(cell.map(|cell| (column.name.as_str(), cell)))
    });
    cells.collect()
}

/// Every column of every group has a value, or none, for each of its rows, and lies within the file.
fn agrees(metadata: &ParquetMetaData, columns: &[Column], bytes: u64) -> Result<(), String> {
    let mut all = 0_i64;
    for (place, group) in metadata.row_groups().iter().enumerate() {
        if group.num_rows() < 0 || group.num_columns() != columns.len() {
            return Err(damaged(&format!(
                "its group of rows {place} has other columns or no size"
            )));
        }
        all = all.saturating_add(group.num_rows());
        each_agrees(group, columns, bytes)?;
    }
    match metadata.file_metadata().num_rows() {
        told if told == all => Ok(()),
        told => Err(damaged(&format!(
            "it tells of {told} rows, and its groups of {all}"
        ))),
    }
}

fn each_agrees(group: &RowGroupMetaData, columns: &[Column], bytes: u64) -> Result<(), String> {
    for (column, chunk) in columns.iter().zip(group.columns()) {
        let named = |why: String| format!("the column `{}` {why}", column.name);
        pages::readable(chunk).map_err(named)?;
        if chunk.num_values() != group.num_rows() {
            return Err(damaged(&named("has not as many values as rows".to_owned())));
        }
        let start = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
        let end = start.checked_add(chunk.compressed_size());
        let inside = |end: i64| u64::try_from(end).is_ok_and(|end| end <= bytes);
        if start < 0 || chunk.compressed_size() < 0 || !end.is_some_and(inside) {
            return Err(damaged(&named("lies outside of the file".to_owned())));
        }
    }
    Ok(())
}

fn damaged(why: &str) -> String {
    format!("the file is damaged: {why}")
}

thread_local! {
    /// Whether a panic on this thread is told as what it is: that a file is damaged.
    static TOLD_OTHERWISE: Flag<bool> = const { Flag::new(false) };
}

/// What the library makes of the file. Of bytes that no writer writes, it panics in places.
fn unharmed<T>(read: impl FnOnce() -> Decoded<T>) -> Result<T, String> {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let told = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !TOLD_OTHERWISE.get() {
                told(panic);
            }
        }));
    });
    TOLD_OTHERWISE.set(true);
    let read = catch_unwind(AssertUnwindSafe(read));
    TOLD_OTHERWISE.set(false);
    match read {
        Ok(read) => read.map_err(|error| match error {
            ParquetError::External(error) if error.is::<TooMuch>() => error.to_string(),
            ParquetError::General(why) | ParquetError::EOF(why) => damaged(&why),
            other => damaged(&other.to_string()),
        }),
        Err(_) => Err(damaged("what it says of itself contradicts what is in it")),
    }
}

#[cfg(test)]
mod tests;
