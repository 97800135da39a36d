use tally::{longest, words};

#[test]
fn longest_first() {
    assert_eq!(longest("a bcd ef"), Some("bcd"));
    assert_eq!(words("a bc").len(), 2);
}
