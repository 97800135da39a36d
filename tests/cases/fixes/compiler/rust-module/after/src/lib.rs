pub mod sums;
pub mod words;

pub use crate::sums::total;
