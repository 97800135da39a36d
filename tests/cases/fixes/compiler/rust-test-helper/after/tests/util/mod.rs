use release::Version;

pub fn version(text: &str) -> Version {
    Version::parse(text).unwrap()
}

pub fn older(one: &str, other: &str) -> bool {
    version(one) < Version::parse(other).unwrap()
}
