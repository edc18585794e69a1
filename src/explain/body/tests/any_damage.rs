//! Damage of any kind: what must never be said, and what always is found.

use super::*;
use proptest::prelude::*;

/// Text that has what the hypotheses look for.
fn body() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "one",
        "two ",
        " ",
        "\t",
        ".",
        "..",
        "From ",
        ">From ",
        "--",
        "=",
        "=3D",
        "caf\u{e9}",
        "\r\n",
        "\r\n",
        "\r\n",
        "\r\n\r\n",
        "<p>",
        "</p>",
        "</body>",
        "https://a/?url=http%3A%2F%2Fb ",
        "<br>",
        "x",
        "\r",
        "\n",
        "--b\r\n",
        "--b--\r\n",
        "Content-Type: text/html\r\n\r\n",
        "Content-Transfer-Encoding: base64\r\n\r\nYWJj\r\n",
    ]);
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

const FIELDS: [&str; 4] = [
    "",
    "Content-Transfer-Encoding: base64\r\n",
    "Content-Transfer-Encoding: quoted-printable\r\n",
    "Content-Type: multipart/mixed; boundary=b\r\n",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// A changed letter is no addition, no white space and no encoding.
    #[test]
    fn changed_letters_are_not_explained(
        before in body(),
        behind in body(),
        fields in prop::sample::select(&FIELDS[..]),
        relaxed: bool,
    ) {
        let tags = if relaxed { "relaxed/relaxed" } else { "simple/simple" };
        let signed = Signed { fields, ..Signed::new(tags) };
        let original = format!("{before}Pay 100 EUR{behind}");
        let received = format!("{before}Pay 900 EUR{behind}");
        let explained = signed.explain(original.as_bytes(), received.as_bytes());
        for found in &explained.explanations {
            prop_assert_ne!(found.proof, Proof::Proven, "{:?}", found);
        }
    }

    /// Whatever is put at the end is found.
    #[test]
    fn what_is_appended_is_found(text in body(), more in body(), relaxed: bool) {
        let tags = if relaxed { "relaxed/relaxed" } else { "simple/simple" };
        let original = format!("{text}last\r\n");
        let received = format!("{original}{more}end\r\n");
        let explained = Signed::new(tags).explain(original.as_bytes(), received.as_bytes());
        let found = &explained.explanations[0];
        prop_assert_eq!(found.proof, Proof::Proven);
        prop_assert!(
            matches!(found.cause, Cause::ContentAppended | Cause::DotStuffing),
            "{:?}",
            found
        );
    }

    /// Nothing makes it panic.
    #[test]
    fn any_octets(
        original in prop::collection::vec(any::<u8>(), 0..300),
        received in prop::collection::vec(any::<u8>(), 0..300),
        fields in prop::sample::select(&FIELDS[..]),
    ) {
        let signed = Signed { fields, ..Signed::new("relaxed/relaxed") };
        signed.explain(&original, &received);
    }
}
