package dev.modelscan.storage.benchmark.harness;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another JVM with the class path and the options of this one. */
public final class ChildJvm {

    private static final String MAIN = "dev.modelscan.storage.benchmark.Main";

    private final ProcessBuilder process;

    private ChildJvm(String mainClass, List<String> more, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(more);
        command.add("-classpath");
        command.add(System.getProperty("java.class.path"));
        command.add(mainClass);
        command.addAll(arguments);
        this.process = new ProcessBuilder(command).inheritIO();
    }

    /** The benchmark itself, with other arguments. */
    public static ChildJvm benchmark(List<String> arguments) {
        return new ChildJvm(MAIN, List.of(), arguments);
    }

    /** Any class with a main method. */
    public static ChildJvm of(Class<?> mainClass, List<String> arguments) {
        return new ChildJvm(mainClass.getName(), List.of(), arguments);
    }

    /** Any class with a main method, with a heap of 64 MB, so that the resident memory is what is in use. */
    public static ChildJvm ofSmallHeap(Class<?> mainClass, List<String> arguments) {
        return new ChildJvm(mainClass.getName(), List.of("-Xms16m", "-Xmx64m"), arguments);
    }

    /** A command of the command line that runs in the class, with the options that the launcher gives it. */
    public static ChildJvm launched(Class<?> mainClass, List<String> arguments) {
        return new ChildJvm(mainClass.getName(), List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"), arguments);
    }

    /** Lets a library of ours stand before the C library. */
    public ChildJvm preload(Path library) {
        process.environment().put("LD_PRELOAD", library.toString());
        return this;
    }

    /** Runs it to its end, and returns how many seconds that took. */
    public double run() throws IOException, InterruptedException {
        long start = System.nanoTime();
        int code = process.start().waitFor();
        if (code != 0) {
            throw new IllegalStateException("a child JVM ended with " + code + ": " + process.command());
        }
        return (System.nanoTime() - start) / 1e9;
    }
}
