//! Messages verified with keys from the DNS.

use futures_util::future::join_all;

use super::{CachingResolver, Resolver};
use crate::message::HeaderError;
use crate::verify::{Report, Verification, Verifier};

macro_rules! verifies {
    ($resolver:ident) => {
        impl $resolver {
            /// Verifies a whole message, as [`Verifier::verify`] does, with the keys that this
            /// resolver finds. It asks for all of them at the same time.
            ///
            /// Must run under tokio, unless it answers from master files.
            ///
            /// # Errors
            ///
            /// A [`HeaderError`] if the header is over a limit.
            pub async fn verify(
                &self,
                verifier: &Verifier,
                message: &[u8],
                now: u64,
            ) -> Result<Report, HeaderError> {
                let mut verification = verifier.begin_whole(message, now)?;
                self.answer(&mut verification).await;
                Ok(verification.finish())
            }

            /// Answers the queries of a verification whose body comes in pieces, all at the same
            /// time.
            pub async fn answer(&self, verification: &mut Verification) {
                let queries = verification.pending();
                let answers = join_all(queries.iter().map(|query| self.lookup(query))).await;
                for (query, answer) in queries.iter().zip(answers) {
                    verification.answer(query, answer);
                }
            }
        }
    };
}

verifies!(Resolver);
verifies!(CachingResolver);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lookup::{Question, RecordType};

    #[test]
    fn what_a_resolver_does_can_be_awaited_on_any_thread() {
        fn check(_: impl Send) {}
        let resolver = Resolver::from_zones([]).unwrap();
        let verifier = Verifier::default();
        check(resolver.verify(&verifier, b"", 0));
        let question = Question::new("example.com", RecordType::Txt);
        check(resolver.ask(&question.clone().at_every_server()));
        check(resolver.ask(&question));
        check(CachingResolver::new(resolver).verify(&verifier, b"", 0));
    }
}
