//! Enums of codes, each defined by its table: one row per code.

/// Defines an enum of codes from one row per code.
///
/// The doc comment of a row is the code's meaning, in one sentence; the row names the variant, the
/// code in output and one value for each of the table's further columns.
macro_rules! coded {
    (
        $(#[$attribute:meta])*
        $visibility:vis enum $Code:ident: ($($Column:ty),+) {
            $(
                $(#[doc = $meaning:literal])+
                $Variant:ident = $name:literal, $($value:expr),+;
            )+
        }
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        $visibility enum $Code {
            $(
                $(#[doc = $meaning])+
                $Variant,
            )+
        }

        impl $Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$Variant),+];

            /// The code in output, and the anchor of its section in the documentation.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$Variant => $name,)+
                }
            }

            /// What the code means: one sentence of Markdown.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self {
                    // Each line of a doc comment begins with a space.
                    $(Self::$Variant => concat!($($meaning),+).trim_ascii_start(),)+
                }
            }

            /// The values of the table's further columns.
            const fn columns(self) -> ($($Column,)+) {
                match self {
                    $(Self::$Variant => ($($value,)+),)+
                }
            }
        }
    };
}

pub(crate) use coded;

#[cfg(test)]
mod tests {
    coded! {
        /// Colors.
        enum Color: (u8, &'static str) {
            /// It is red.
            Red = "red", 1, "rot";
            /// It is green, which takes more
            /// than one line to say.
            DarkGreen = "dark-green", 2, "grün";
        }
    }

    #[test]
    fn a_row_says_all_of_a_code() {
        assert_eq!(Color::ALL, [Color::Red, Color::DarkGreen]);
        assert!(Color::Red < Color::DarkGreen);
        assert_eq!(Color::DarkGreen.name(), "dark-green");
        assert_eq!(Color::Red.meaning(), "It is red.");
        assert_eq!(
            Color::DarkGreen.meaning(),
            "It is green, which takes more than one line to say."
        );
        assert_eq!(Color::Red.columns(), (1, "rot"));
        assert_eq!(Color::DarkGreen.columns().1, "grün");
    }
}
