#[test]
fn areas() {
    assert_eq!(tally::area(2), 4);
    assert_eq!(tally::areas(&[1, 2]), 5);
}
