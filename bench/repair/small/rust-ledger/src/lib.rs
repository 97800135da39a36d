//! Accounts, and money that moves between them.

use std::collections::BTreeMap;
use std::fmt;

mod parse;

pub use parse::{parse_entry, ParseError};

/// An amount in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Cents(pub i64);

impl fmt::Display for Cents {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let whole = self.0.abs();
        write!(formatter, "{}{}.{:02}", sign, whole / 100, whole % 100)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Deposit,
    Withdrawal,
    Transfer { to: String },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub account: String,
    pub amount: Cents,
    pub kind: Kind,
}

#[derive(Debug, PartialEq, Eq)]
pub enum LedgerError {
    UnknownAccount(String),
    Overdrawn { account: String, missing: Cents },
}

impl fmt::Display for LedgerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LedgerError::UnknownAccount(name) => write!(formatter, "no account {name}"),
            LedgerError::Overdrawn { account, missing } => {
                write!(formatter, "{account} lacks {missing}")
            }
        }
    }
}

impl std::error::Error for LedgerError {}

#[derive(Debug, Default)]
pub struct Ledger {
    balances: BTreeMap<String, Cents>,
    history: Vec<Entry>,
}

impl Ledger {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn open(&mut self, name: &str) {
        self.balances.entry(name.to_string()).or_default();
    }

    pub fn balance(&self, name: &str) -> Option<Cents> {
        self.balances.get(name).copied()
    }

    pub fn apply(&mut self, entry: &Entry) -> Result<Cents, LedgerError> {
        let current = self
            .balance(&entry.account)
            .ok_or_else(|| LedgerError::UnknownAccount(entry.account.clone()))?;
        let after = match &entry.kind {
            Kind::Deposit => Cents(current.0 + entry.amount.0),
            Kind::Withdrawal => self.take(&entry.account, current, entry.amount)?,
            Kind::Transfer { to } => {
                let target = self
                    .balance(to)
                    .ok_or_else(|| LedgerError::UnknownAccount(to.clone()))?;
                let rest = self.take(&entry.account, current, entry.amount)?;
                self.balances
                    .insert(to.clone(), Cents(target.0 + entry.amount.0));
                rest
            }
        };
        self.balances.insert(entry.account.clone(), after);
        self.history.push(entry.clone());
        Ok(after)
    }

    fn take(&self, account: &str, current: Cents, amount: Cents) -> Result<Cents, LedgerError> {
        let after = Cents(current.0 - amount.0);
        if after < Cents(0) {
            return Err(LedgerError::Overdrawn {
                account: account.to_string(),
                missing: Cents(-after.0),
            });
        }
        Ok(after)
    }

    pub fn total(&self) -> Cents {
        let mut sum = 0;
        for amount in self.balances.values() {
            sum += amount.0;
        }
        Cents(sum)
    }

    pub fn largest(&self) -> Option<&Entry> {
        self.history.iter().max_by_key(|entry| entry.amount)
    }

    pub fn statement(&self, name: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for (number, entry) in self.history.iter().enumerate() {
            if entry.account == name {
                let label = describe(&entry.kind);
                lines.push(format!("{:>3} {} {}", number + 1, label, entry.amount));
            }
        }
        lines
    }
}

fn describe(kind: &Kind) -> String {
    match kind {
        Kind::Deposit => String::from("in"),
        Kind::Withdrawal => String::from("out"),
        Kind::Transfer { to } => format!("to {to}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ledger() -> Ledger {
        let mut ledger = Ledger::new();
        ledger.open("ann");
        ledger.open("bob");
        for line in ["ann + 10.50", "ann - 2", "ann > bob 3.25"] {
            ledger.apply(&parse_entry(line).unwrap()).unwrap();
        }
        ledger
    }

    #[test]
    fn balances_follow_entries() {
        let ledger = ledger();
        assert_eq!(ledger.balance("ann"), Some(Cents(525)));
        assert_eq!(ledger.balance("bob"), Some(Cents(325)));
        assert_eq!(ledger.total(), Cents(850));
        assert_eq!(ledger.largest().unwrap().amount, Cents(1050));
    }

    #[test]
    fn statement_lists_own_entries() {
        assert_eq!(
            ledger().statement("ann"),
            ["  1 in 10.50", "  2 out 2.00", "  3 to bob 3.25"]
        );
    }

    #[test]
    fn overdrawn_changes_nothing() {
        let mut ledger = ledger();
        let error = ledger
            .apply(&parse_entry("bob - 100").unwrap())
            .unwrap_err();
        assert_eq!(error.to_string(), "bob lacks 96.75");
        assert_eq!(ledger.balance("bob"), Some(Cents(325)));
        assert!(ledger.apply(&parse_entry("eve + 1").unwrap()).is_err());
    }
}
