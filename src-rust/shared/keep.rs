//! How long a file that nobody uses is kept: `WARP_CACHE_KEEP`, a day where nothing is said.

use crate::error::Error;
use std::time::Duration;

const DEFAULT: Duration = Duration::from_secs(24 * 60 * 60);

/// What the environment says.
pub(super) fn keep() -> Result<Duration, Error> {
    match std::env::var_os("WARP_CACHE_KEEP").filter(|text| !text.is_empty()) {
        None => Ok(DEFAULT),
        Some(text) => {
            let text = text.to_string_lossy();
            parse(&text).ok_or_else(|| Error::Keep(text.into()))
        }
    }
}

/// Seconds, or a number and its unit.
fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (number, unit) = match text.char_indices().next_back()? {
        (at, 's') => (&text[..at], 1),
        (at, 'm') => (&text[..at], 60),
        (at, 'h') => (&text[..at], 60 * 60),
        (at, 'd') => (&text[..at], 24 * 60 * 60),
        _ => (text, 1),
    };
    // `parse` would take a sign.
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| number.parse::<u64>().ok()?.checked_mul(unit)).flatten().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_seconds_or_a_number_with_a_unit() {
        for (text, seconds) in
            [("0", 0), ("90", 90), ("90s", 90), ("5m", 300), ("2h", 7_200), (" 1d ", 86_400)]
        {
            assert_eq!(parse(text), Some(Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "d",
            "-1",
            "+1",
            "1.5h",
            "1 d",
            "2w",
            "1h30m",
            "ten",
            "1🦀",
            "99999999999999999999",
            "999999999999999999d",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(Error::Keep("2w".into()).code(), "ERR_WARP_CACHE_OPTION");
    }
}
