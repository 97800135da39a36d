//! Words of a text: counted, wrapped, compared.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::str::FromStr;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    ByCount,
    ByName,
}

impl FromStr for Order {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "count" => Ok(Order::ByCount),
            "name" => Ok(Order::ByName),
            other => Err(format!("unknown order {other}")),
        }
    }
}

pub struct Words<'a> {
    rest: &'a str,
}

impl<'a> Words<'a> {
    pub fn new(text: &'a str) -> Words<'a> {
        Words { rest: text }
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let start = self.rest.find(char::is_alphabetic)?;
        let rest = &self.rest[start..];
        let end = rest
            .find(|letter: char| !letter.is_alphabetic())
            .unwrap_or(rest.len());
        self.rest = &rest[end..];
        Some(&rest[..end])
    }
}

pub fn count(text: &str) -> HashMap<String, usize> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for word in Words::new(text) {
        let key = word.to_lowercase();
        *counts.entry(key).or_insert(0) += 1;
    }
    counts
}

pub fn report(text: &str, order: Order, most: Option<usize>) -> String {
    let mut pairs: Vec<(String, usize)> = count(text).into_iter().collect();
    pairs.sort_by(|one, other| match order {
        Order::ByCount => other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)),
        Order::ByName => one.0.cmp(&other.0),
    });
    let limit = most.unwrap_or(pairs.len());
    let mut out = String::new();
    for (word, number) in pairs.iter().take(limit) {
        let _ = writeln!(out, "{number:>4} {word}");
    }
    out
}

pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.len() + 1 + word.len() > width {
            lines.push(line.clone());
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

pub fn longest<'a>(one: &'a str, other: &'a str) -> &'a str {
    if one.len() >= other.len() {
        one
    } else {
        other
    }
}

pub fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, letter) in one.chars().enumerate() {
        let mut previous = row[0];
        row[0] = i + 1;
        for (j, &candidate) in other.iter().enumerate() {
            let cost = if letter == candidate {
                previous
            } else {
                previous + 1
            };
            previous = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(previous + 1);
        }
    }
    row[other.len()]
}

pub fn parse_pairs(text: &str) -> Result<Vec<(String, u32)>, std::num::ParseIntError> {
    let mut pairs = Vec::new();
    for part in text.split(';').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').unwrap_or((part, "0"));
        let value: u32 = value.trim().parse()?;
        pairs.push((name.trim().to_owned(), value));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports() {
        let text = "The cat, the dog; the end. Cat!";
        assert_eq!(
            report(text, Order::ByCount, Some(2)),
            "   3 the\n   2 cat\n"
        );
        assert_eq!(
            report("b a", "name".parse().unwrap(), None),
            "   1 a\n   1 b\n"
        );
        assert!("size".parse::<Order>().is_err());
    }

    #[test]
    fn wraps() {
        assert_eq!(wrap("aa bb cc dd", 5), ["aa bb", "cc dd"]);
        assert_eq!(longest("ab", "abc"), "abc");
    }

    #[test]
    fn distances() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "ab"), 2);
    }

    #[test]
    fn pairs() {
        assert_eq!(
            parse_pairs("a=1; b = 2;").unwrap(),
            [("a".into(), 1), ("b".into(), 2)]
        );
        assert!(parse_pairs("a=x").is_err());
    }
}
