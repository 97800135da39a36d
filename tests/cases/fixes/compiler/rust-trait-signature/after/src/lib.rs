pub trait Observer {
    fn started(&self, name: &str);
}

pub struct Quiet;

pub struct Loud;

impl Observer for Quiet {
    fn started(&self, _name: &str) {}
}

impl Observer for Loud {
    fn started(&self, name: &str) {
        println!("{name}");
    }
}
