pub async fn later() -> u8 {
    1
}

pub fn shout(text: &str) -> String {
    if cfg!(feature = "loud") { text.to_uppercase() } else { text.to_string() }
}
