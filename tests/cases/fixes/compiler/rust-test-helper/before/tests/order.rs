mod util;

use util::{older, version};

#[test]
fn ordered() {
    assert!(older("1.9", "1.10"));
    assert_eq!(version("2.0"), version("2.0"));
}
