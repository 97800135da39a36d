//! Entries as people type them: `ann + 10.50`, `ann - 2`, `ann > bob 3.25`.

use crate::{Cents, Entry, Kind};
use std::fmt;

#[derive(Debug, PartialEq, Eq)]
pub enum ParseError {
    TooShort(usize),
    BadSign(String),
    BadAmount(String),
}

impl fmt::Display for ParseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParseError::TooShort(count) => write!(formatter, "{count} words are too few"),
            ParseError::BadSign(sign) => write!(formatter, "what is {sign:?}?"),
            ParseError::BadAmount(text) => write!(formatter, "{text:?} is no amount"),
        }
    }
}

impl std::error::Error for ParseError {}

pub fn parse_entry(line: &str) -> Result<Entry, ParseError> {
    let words: Vec<&str> = line.split_whitespace().collect();
    if words.len() < 3 {
        return Err(ParseError::TooShort(words.len()));
    }
    let account = words[0].to_string();
    let last = words[words.len() - 1];
    let amount = parse_amount(last)?;
    let kind = match words[1] {
        "+" => Kind::Deposit,
        "-" => Kind::Withdrawal,
        ">" => Kind::Transfer {
            to: words[2].to_string(),
        },
        other => return Err(ParseError::BadSign(other.to_string())),
    };
    Ok(Entry {
        account,
        amount,
        kind,
    })
}

fn parse_amount(text: &str) -> Result<Cents, ParseError> {
    let bad = || ParseError::BadAmount(text.to_string());
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let whole: i64 = whole.parse().map_err(|_| bad())?;
    let cents: i64 = part.parse().map_err(|_| bad())?;
    let scale = if part.len() == 1 { 10 } else { 1 };
    Ok(Cents(whole * 100 + cents * scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        assert_eq!(parse_amount("3.5"), Ok(Cents(350)));
        assert_eq!(parse_amount("3.05"), Ok(Cents(305)));
        assert_eq!(parse_amount("7"), Ok(Cents(700)));
        assert!(parse_amount("x").is_err());
    }

    #[test]
    fn entries() {
        assert_eq!(parse_entry("a b"), Err(ParseError::TooShort(2)));
        assert_eq!(parse_entry("a * 3"), Err(ParseError::BadSign("*".into())));
    }
}
