use tonic::Code;

use crate::Error;

/// May a call be repeated?
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Safety {
    /// Repeating it changes nothing.
    Read,
    /// Only what is known not to have been sent may be repeated.
    Write,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Next {
    Fail,
    Reopen,
    BackOff,
}

/// One for each call, over all its attempts: it reopens at most once, and backs off at most once.
pub(crate) struct Retry {
    safety: Safety,
    reopened: bool,
    backed_off: bool,
}

impl Retry {
    pub fn new(safety: Safety) -> Self {
        Self { safety, reopened: false, backed_off: false }
    }

    pub fn after(&mut self, error: &Error) -> Next {
        // Said before anything is sent to the directory: writes too are safe then.
        if error.session_lost() {
            return if std::mem::replace(&mut self.reopened, true) { Next::Fail } else { Next::Reopen };
        }
        if error.code() == Code::Unavailable && self.safety == Safety::Read {
            return if std::mem::replace(&mut self.backed_off, true) { Next::Fail } else { Next::BackOff };
        }
        Next::Fail
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::with_reason;

    #[test]
    fn reopens_once_for_reads_and_writes() {
        let lost = with_reason(Code::Unauthenticated, "SESSION_LOST");
        for safety in [Safety::Read, Safety::Write] {
            let mut retry = Retry::new(safety);
            assert_eq!(retry.after(&lost), Next::Reopen);
            assert_eq!(retry.after(&lost), Next::Fail);
        }
    }

    #[test]
    fn repeats_only_reads_when_unavailable() {
        let down = with_reason(Code::Unavailable, "LDAP_SERVER_DOWN");
        assert_eq!(Retry::new(Safety::Write).after(&down), Next::Fail);
        let mut retry = Retry::new(Safety::Read);
        assert_eq!(retry.after(&down), Next::BackOff);
        assert_eq!(retry.after(&with_reason(Code::Unauthenticated, "SESSION_LOST")), Next::Reopen);
        assert_eq!(retry.after(&down), Next::Fail);
    }
}
