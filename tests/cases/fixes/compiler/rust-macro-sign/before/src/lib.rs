pub fn empty() -> Vec<u8> {
    let found: Vec<u8> = vec[];
    found
}
