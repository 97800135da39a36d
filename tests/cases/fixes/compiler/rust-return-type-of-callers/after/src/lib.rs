fn area(width: u64, height: u64) -> u64 {
    width * height
}

pub fn both(width: u64, height: u64) -> u64 {
    let one: u64 = area(width, height);
    one + area(1, height)
}
