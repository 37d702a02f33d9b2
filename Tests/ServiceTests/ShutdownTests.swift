import Glibc
import Synchronization
import Testing

@testable import Service

@Suite(.timeLimit(.minutes(1))) struct ShutdownTests {
    @Test func `stages run in their order`() {
        let order = Mutex<[String]>([])
        let shutdown = Shutdown(log: Log(process: "test", level: .error))
        for name in ["intake", "flush", "close"] {
            shutdown.stage(name) { order.withLock { $0.append(name) } }
        }
        shutdown.runStages()
        #expect(order.withLock { $0 } == ["intake", "flush", "close"])
    }

    @Test func `a stop that was asked for runs the stages and ends with its code`() async {
        await #expect(processExitsWith: .exitCode(3)) {
            Signals.block()
            let shutdown = Shutdown(log: Log(process: "test", level: .error))
            shutdown.stage("last") {}
            shutdown.request(code: 3)
            shutdown.waitAndExit()
        }
    }

    @Test func `a stage that hangs ends the process after the deadline`() async {
        await #expect(processExitsWith: .exitCode(70)) {
            Signals.block()
            let shutdown = Shutdown(log: Log(process: "test", level: .error), deadline: 50)
            shutdown.stage("hangs") { while true { pause() } }
            shutdown.request()
            shutdown.waitAndExit()
        }
    }

    @Test func `a raised wake-up ends one wait`() {
        let wakeup = Wakeup()
        #expect(!wakeup.wait(millis: 1))
        wakeup.raise()
        wakeup.raise()
        #expect(wakeup.wait(millis: 60_000))
        #expect(!wakeup.wait(millis: 1))
        let thread = DedicatedThread("raise") { wakeup.raise() }
        #expect(wakeup.wait())
        thread.join()
    }
}
