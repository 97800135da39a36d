//! Tables of text: read from separated values, sorted, filtered, and drawn.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::io::{self, BufRead, Write};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

#[derive(Debug, Clone, Default)]
pub struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn read<R: BufRead>(reader: R, separator: char) -> io::Result<Table> {
        let mut table = Table::default();
        for (number, line) in reader.lines().enumerate() {
            let line = line?;
            if line.is_empty() {
                continue;
            }
            let cells = split_line(&line, separator);
            if number == 0 {
                table.header = cells;
            } else {
                table.rows.push(cells);
            }
        }
        Ok(table)
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|title| title == name)
    }

    pub fn sort_by(&mut self, name: &str) -> bool {
        let index = match self.column(name) {
            Some(index) => index,
            None => return false,
        };
        self.rows
            .sort_by(|one, other| compare(&one[index], &other[index]));
        true
    }

    pub fn filter<F>(&self, keep: F) -> Table
    where
        F: Fn(&[String]) -> bool,
    {
        let rows = self.rows.iter().filter(|row| keep(row)).cloned().collect();
        Table {
            header: self.header.clone(),
            rows,
        }
    }

    pub fn count_by(&self, name: &str) -> HashMap<String, usize> {
        let mut counts = HashMap::new();
        if let Some(index) = self.column(name) {
            for row in &self.rows {
                *counts.entry(row[index].clone()).or_insert(0) += 1;
            }
        }
        counts
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = self
            .header
            .iter()
            .map(|title| title.chars().count())
            .collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        widths
    }

    pub fn draw<W: Write>(&self, out: &mut W) -> io::Result<()> {
        let widths = self.widths();
        writeln!(out, "{}", draw_row(&self.header, &widths, Align::Left))?;
        let total: usize = widths.iter().sum::<usize>() + 2 * (widths.len() - 1);
        writeln!(out, "{}", "-".repeat(total))?;
        for row in &self.rows {
            writeln!(out, "{}", draw_row(row, &widths, Align::Right))?;
        }
        Ok(())
    }
}

fn draw_row(cells: &[String], widths: &[usize], align: Align) -> String {
    let drawn: Vec<String> = cells
        .iter()
        .zip(widths)
        .map(|(cell, &width)| pad(cell, width, align))
        .collect();
    drawn.join("  ").trim_end().to_string()
}

fn pad(text: &str, width: usize, align: Align) -> String {
    let missing = width.saturating_sub(text.chars().count());
    let blanks = " ".repeat(missing);
    match align {
        Align::Left => format!("{text}{blanks}"),
        Align::Right => format!("{blanks}{text}"),
    }
}

fn compare(one: &str, other: &str) -> Ordering {
    match (one.parse::<f64>(), other.parse::<f64>()) {
        (Ok(left), Ok(right)) => left.partial_cmp(&right).unwrap_or(Ordering::Equal),
        _ => one.cmp(other),
    }
}

fn split_line(line: &str, separator: char) -> Vec<String> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut quoted = false;
    for letter in line.chars() {
        if letter == '"' {
            quoted = !quoted;
        } else if letter == separator && !quoted {
            cells.push(std::mem::take(&mut cell));
        } else {
            cell.push(letter);
        }
    }
    cells.push(cell);
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "name,size\nb,10\n\"a, x\",9\nb,2\n";

    fn table() -> Table {
        Table::read(TEXT.as_bytes(), ',').unwrap()
    }

    #[test]
    fn sorted_as_numbers() {
        let mut table = table();
        assert!(table.sort_by("size"));
        assert!(!table.sort_by("weight"));
        let mut out = Vec::new();
        table.draw(&mut out).unwrap();
        let drawn = String::from_utf8(out).unwrap();
        assert_eq!(
            drawn,
            "name  size\n----------\n   b     2\na, x     9\n   b    10\n"
        );
    }

    #[test]
    fn filtered_and_counted() {
        let table = table();
        assert_eq!(table.len(), 3);
        assert!(!table.is_empty());
        assert_eq!(table.filter(|row| row[0] == "b").len(), 2);
        assert_eq!(table.count_by("name")["b"], 2);
        assert!(table.count_by("none").is_empty());
    }
}
