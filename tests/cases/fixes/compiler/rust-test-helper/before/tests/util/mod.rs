use release::Version;

pub fn version(text: &str) -> Version {
    Version::paarse(text).unwrap()
}

pub fn older(one: &str, other: &str) -> bool {
    version(one) < Version::paarse(other).unwrap()
}
