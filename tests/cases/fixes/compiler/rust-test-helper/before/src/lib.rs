#[derive(Debug, PartialEq, PartialOrd)]
pub struct Version(u32, u32);

impl Version {
    pub fn parse(text: &str) -> Option<Version> {
        let (major, minor) = text.split_once('.')?;
        Some(Version(major.parse().ok()?, minor.parse().ok()?))
    }
}
