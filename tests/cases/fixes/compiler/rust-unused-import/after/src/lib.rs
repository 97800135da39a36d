#![deny(warnings)]
use std::fmt::Debug;

pub fn show(it: impl Debug) -> String {
    format!("{it:?}")
}
