import ServiceLifecycle

/// A service that is cancelled where its graceful shutdown takes longer than its limit: others stop after it.
struct EndingWithin: Service {
    let time: Duration
    let service: any Service

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            group.addTask {
                // Cancelled once the service has ended.
                try await gracefulShutdown()
                try await Task.sleep(for: time)
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
