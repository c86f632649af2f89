package dev.modelscan.storage.support;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A network between the driver and the PostgreSQL server that fails when a test tells it to. */
public final class TcpProxy implements AutoCloseable {

    /** What happens once to a text that is sent. */
    private enum Fault {
        /** The connection is cut before the server gets it. */
        CUT_BEFORE,
        /** The server gets it, and the connection is cut before the reply. */
        CUT_REPLY,
        /** The server gets it, and the reply is held until {@link #letGo}. */
        HOLD_REPLY
    }

    private record Trap(Fault fault, String text) {}

    private static final int USUAL_PORT = 5432;

    private final ServerSocket listener;
    private final URI server;
    private final Collection<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final AtomicReference<Trap> trap = new AtomicReference<>();
    private final Semaphore held = new Semaphore(0);
    private final Semaphore released = new Semaphore(0);
    private final AtomicInteger refusals = new AtomicInteger();
    private volatile String refusal = "";
    private volatile boolean swallows;

    public TcpProxy() {
        try {
            server = URI.create(PostgresServer.url().substring("jdbc:".length()));
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    /** The URL of the server through this proxy. It also sends the text of each statement. */
    public String url() {
        String query = server.getRawQuery() == null ? "" : "?" + server.getRawQuery();
        return PostgresServer.with(
                "prepareThreshold=0",
                "jdbc:postgresql://localhost:" + listener.getLocalPort() + server.getRawPath() + query);
    }

    /** Cuts the next connection that sends the text, before the server gets it. */
    public void cutBefore(String text) {
        trap.set(new Trap(Fault.CUT_BEFORE, text));
    }

    /** Cuts the next connection that sends the text, after the server has replied. */
    public void cutReplyTo(String text) {
        trap.set(new Trap(Fault.CUT_REPLY, text));
    }

    /** Holds the next reply to the text until {@link #letGo}, or until the connection is cut. */
    public void holdReplyTo(String text) {
        trap.set(new Trap(Fault.HOLD_REPLY, text));
    }

    /** Returns when a reply is held: the server has done its work. */
    public void awaitHeld() throws InterruptedException {
        if (!held.tryAcquire(20, TimeUnit.SECONDS)) {
            throw new AssertionError("there was no reply to hold");
        }
    }

    /** Passes the held reply on. */
    public void letGo() {
        released.release();
    }

    /** Whether the text to cut was sent. */
    public boolean hasCut() {
        return trap.get() == null;
    }

    /** Answers the next connections with an error of the server. */
    public void refuse(int connections, String state) {
        refusal = state;
        refusals.set(connections);
    }

    /** From now on nothing arrives, and nobody gets an error. */
    public void swallow() {
        swallows = true;
    }

    /** Everything arrives again; dropped data stays lost. */
    public void heal() {
        refusals.set(0);
        cut();
        swallows = false;
    }

    public void cut() {
        released.drainPermits();
        sockets.forEach(TcpProxy::close);
        sockets.clear();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = listener.accept();
            sockets.add(client);
            if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                start(() -> refuse(client));
                continue;
            }
            Socket target = new Socket(server.getHost(), server.getPort() < 0 ? USUAL_PORT : server.getPort());
            sockets.add(target);
            AtomicReference<Fault> fault = new AtomicReference<>();
            start(() -> forward(client, target, fault, true));
            start(() -> forward(target, client, fault, false));
        }
    }

    private void forward(Socket from, Socket to, AtomicReference<Fault> fault, boolean sending) throws IOException {
        byte[] buffer = new byte[65_536];
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        try {
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                String text = new String(buffer, 0, read, StandardCharsets.ISO_8859_1);
                Trap set = trap.get();
                if (sending && set != null && text.contains(set.text()) && trap.compareAndSet(set, null)) {
                    if (set.fault() == Fault.CUT_BEFORE) {
                        return;
                    }
                    fault.set(set.fault());
                } else if (!sending && fault.get() == Fault.CUT_REPLY) {
                    return;
                } else if (!sending && fault.compareAndSet(Fault.HOLD_REPLY, null)) {
                    held.release();
                    released.acquireUninterruptibly();
                }
                if (!swallows) {
                    out.write(buffer, 0, read);
                }
            }
        } finally {
            close(from);
            close(to);
        }
    }

    /** The server's protocol: rejects encryption, and answers the start message with an error. */
    private void refuse(Socket client) throws IOException {
        InputStream in = client.getInputStream();
        byte[] first = in.readNBytes(8);
        if (first[3] == 8) {
            client.getOutputStream().write('N');
            in.readNBytes(8);
        }
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        for (String field : new String[] {"SFATAL", "VFATAL", "C" + refusal, "Mrefused by the test"}) {
            fields.write(field.getBytes(StandardCharsets.UTF_8));
            fields.write(0);
        }
        fields.write(0);
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        out.writeByte('E');
        out.writeInt(fields.size() + 4);
        out.write(fields.toByteArray());
        out.flush();
        client.shutdownOutput();
        in.readAllBytes();
        close(client);
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // This proxy or one of its clients closed the sockets.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }
}
