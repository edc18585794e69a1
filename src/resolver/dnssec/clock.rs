//! The time of a validation, given by the caller.
//!
//! hickory's validator takes the time from the type of its runtime, not from a value. The runtime
//! here returns the time that was set for the current task.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use hickory_resolver::net::runtime::{RuntimeProvider, Time, TokioRuntimeProvider, TokioTime};

tokio::task_local! {
    /// In Unix seconds.
    static NOW: u64;
}

type Boxed<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Runs a validation at the time `now`, in Unix seconds.
pub(super) async fn at<T>(now: u64, validation: impl Future<Output = T>) -> T {
    NOW.scope(now, validation).await
}

/// tokio with the time that [`at`] sets. It has no values: the validator uses nothing of its runtime
/// but the time.
#[derive(Clone)]
pub(super) enum Runtime {}

/// The timers of [`Runtime`].
pub(super) struct Timer;

impl RuntimeProvider for Runtime {
    type Handle = <TokioRuntimeProvider as RuntimeProvider>::Handle;
    type Timer = Timer;
    type Udp = <TokioRuntimeProvider as RuntimeProvider>::Udp;
    type Tcp = <TokioRuntimeProvider as RuntimeProvider>::Tcp;

    fn create_handle(&self) -> Self::Handle {
        match *self {}
    }

    fn connect_tcp(
        &self,
        _: SocketAddr,
        _: Option<SocketAddr>,
        _: Option<Duration>,
    ) -> Boxed<io::Result<Self::Tcp>> {
        match *self {}
    }

    fn bind_udp(&self, _: SocketAddr, _: SocketAddr) -> Boxed<io::Result<Self::Udp>> {
        match *self {}
    }
}

impl Time for Timer {
    fn delay_for<'a>(duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        TokioTime::delay_for(duration)
    }

    fn timeout<'a, F>(
        duration: Duration,
        future: F,
    ) -> Pin<Box<dyn Future<Output = io::Result<F::Output>> + Send + 'a>>
    where
        F: Future + Send + 'static + 'a,
    {
        TokioTime::timeout(duration, future)
    }

    fn current_time() -> u64 {
        // No validation runs outside of `at`; if one did, no signature would be valid at time 0.
        NOW.try_with(|now| *now).unwrap_or(0)
    }
}
