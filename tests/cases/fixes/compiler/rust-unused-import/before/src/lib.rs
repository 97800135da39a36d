#![deny(warnings)]
use std::collections::HashMap;
use std::fmt::Debug;

pub fn show(it: impl Debug) -> String {
    format!("{it:?}")
}
