package dev.modelscan.storage.support;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A PgBouncer in front of the tests' server, whose clients share its sessions. It is started at first use,
 * and stopped when the JVM ends. Without PgBouncer the tests are skipped, but fail in a build with {@code
 * CI=true}.
 */
public final class PgBouncer {

    private static final Map<String, PgBouncer> STARTED = new HashMap<>();

    private static final List<Path> PLACES =
            List.of(Path.of("/usr/sbin/pgbouncer"), Path.of("/usr/bin/pgbouncer"), Path.of("/usr/local/bin/pgbouncer"));

    /** When a client gets another session of the server. */
    public enum Mode {
        /** With each transaction. */
        TRANSACTION,
        /** With each connection. */
        SESSION,
        /** With each statement, so that there are no transactions. */
        STATEMENT
    }

    private final int port;
    private final Path log;

    private PgBouncer(int port, Path log) {
        this.port = port;
        this.log = log;
    }

    /** The URL of the tests' database behind one that has so many sessions of the server. */
    public static String url(Mode mode, int sessions) {
        return url(mode, sessions, "");
    }

    /** With one more line of configuration. */
    public static synchronized String url(Mode mode, int sessions, String setting) {
        PgBouncer bouncer = STARTED.computeIfAbsent(mode + " " + sessions + " " + setting, key -> {
            try {
                return start(mode, sessions, setting);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return PostgresServer.url().replaceFirst("//[^/]+/", "//127.0.0.1:" + bouncer.port + "/");
    }

    private static Path installed() {
        Path found = PLACES.stream().filter(Files::isExecutable).findFirst().orElse(null);
        boolean required = "true".equals(System.getenv("CI"));
        if (found == null && required) {
            throw new IllegalStateException("pgbouncer is not installed; install the package pgbouncer");
        }
        assumeTrue(found != null, "pgbouncer is not installed: install the package pgbouncer to run this test");
        return found;
    }

    private static PgBouncer start(Mode mode, int sessions, String setting) throws IOException {
        Path program = installed();
        URI server = URI.create(PostgresServer.url().substring("jdbc:".length()));
        Map<String, String> parameters = new HashMap<>();
        for (String parameter : String.valueOf(server.getQuery()).split("&")) {
            parameters.put(parameter.replaceFirst("=.*", ""), parameter.replaceFirst("^[^=]*=?", ""));
        }
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path directory = Files.createTempDirectory("modelscan-pgbouncer");
        Path users = directory.resolve("users.txt");
        Files.writeString(
                users,
                "\"" + parameters.getOrDefault("user", "postgres") + "\" \"" + parameters.getOrDefault("password", "")
                        + "\"\n");
        Path configuration = directory.resolve("pgbouncer.ini");
        Files.writeString(
                configuration,
                String.format(
                        Locale.ROOT,
                        """
                        [databases]
                        * = host=%s port=%d
                        [pgbouncer]
                        listen_addr = 127.0.0.1
                        listen_port = %d
                        unix_socket_dir =
                        auth_type = trust
                        auth_file = %s
                        pool_mode = %s
                        default_pool_size = %d
                        max_client_conn = 1000
                        max_db_connections = 0
                        %s
                        """,
                        server.getHost(),
                        server.getPort() < 0 ? 5432 : server.getPort(),
                        port,
                        users,
                        mode.name().toLowerCase(Locale.ROOT),
                        sessions,
                        setting));
        Path log = directory.resolve("pgbouncer.log");
        List<String> command = new ArrayList<>(List.of(program.toString()));
        if ("root".equals(System.getProperty("user.name"))) {
            // PgBouncer does not run as root.
            command.addAll(List.of("-u", "nobody"));
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        command.add(configuration.toString());
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(process, directory)));
        PgBouncer started = new PgBouncer(port, log);
        started.awaitStart(process);
        return started;
    }

    private void awaitStart(Process process) throws IOException {
        for (int i = 0; i < 500; i++) {
            try (Socket probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException e) {
                if (!process.isAlive()) {
                    break;
                }
                pause();
            }
        }
        throw new IllegalStateException("pgbouncer did not start: " + Files.readString(log));
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static void stop(Process process, Path directory) {
        process.destroy();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(directory);
        } catch (IOException e) {
            System.err.println(directory + " could not be deleted: " + e.getMessage());
        }
    }
}
