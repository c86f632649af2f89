package dev.modelscan.storage.cli.formats;

/** Results of tau-bench: chat messages under {@code traj}, with {@code task_id}, {@code trial} and {@code reward}. */
final class TauBenchForm extends ChatForm {

    @Override
    public String name() {
        return "tau-bench";
    }

    @Override
    public boolean recognizes(First first) {
        return first.objects().anyMatch(record -> record.path("traj").isArray());
    }
}
