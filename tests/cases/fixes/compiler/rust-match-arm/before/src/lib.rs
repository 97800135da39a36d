pub enum Kind {
    A,
    B,
}

pub fn name(kind: &Kind) -> &str {
    match kind {
        Kind::A => "a",
    }
}
