pub fn low(value: u32) -> u16 {
    value
}
