package dev.modelscan.storage.cli.formats;

/** What a trace that this program wrote says beyond the conventions: attributes of spans, and members of messages. */
public final class OtlpOwn {

    /** Of a span: its place in its run. The messages of such a span are those that no span before it has. */
    public static final String POSITION = "modelscan.position";

    /** Of a span: which of its times, {@code start} and {@code end}, are those of something near. */
    public static final String NEAR_TIMES = "modelscan.near_times";

    /** Of an agent's span, and of a message: what the source says beyond this, in its own words. */
    public static final String METADATA = "modelscan.metadata";

    /** Of a message: its id, which the conventions do not have. */
    public static final String ID = "modelscan.id";

    /** Of a message: when it was written. */
    public static final String TIME = "modelscan.time";

    /** Of a model's span: what the call cost. */
    public static final String COST = "modelscan.cost";

    /** Of a model's span: in which currency. */
    public static final String CURRENCY = "modelscan.currency";

    private OtlpOwn() {}
}
