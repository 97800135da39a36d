use std::fmt;

pub struct Tag(pub String);

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in [&self.0, &self.0] {
            f.write_str(part)?
        }
        Ok(())
    }
}
