//! Verifying and signing by this library, by mail-auth, and by the cryptography alone, side by side.
//!
//! `cargo run --release -- [FILTER]`; `docs/performance.md` says how to read the table.

#[path = "../../material/mod.rs"]
mod material;
mod peer;
mod rounds;
#[path = "../../speed/shapes.rs"]
mod shapes;

use material::Fallible;
use peer::Peer;
use rounds::Rounds;

fn main() -> Fallible<()> {
    let filter = std::env::args().nth(1).unwrap_or_default();
    println!("{}", rounds::HEADING);
    for shape in shapes::SHAPES {
        if shape.name.contains(&filter) {
            let mail = (shape.mail)()?;
            let peer = Peer::new(&mail, shape.work)?;
            let rounds = Rounds::measure([
                &|| shape.work.floor(&mail),
                &|| shape.work.ours(&mail),
                &|| peer.work(&mail, shape.work),
            ]);
            match rounds {
                Ok(rounds) => println!("{}", rounds.row(shape.name)),
                Err(why) => println!("{:<24} {why}", shape.name),
            }
        }
    }
    Ok(())
}
