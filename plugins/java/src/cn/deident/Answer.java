package cn.deident;

import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the hook said; or, with {@link Verdict#UNCHECKED}, why it said nothing. */
public final class Answer {
    /** The verdicts. Only a page that is {@code PUBLISHABLE} has been cleared. */
    public enum Verdict {
        /** Nothing has to be masked or decided. */
        PUBLISHABLE,
        /** A person has to decide. */
        REVIEW,
        /** Something must be masked. */
        BLOCKED,
        /** Something could not be read. */
        INCOMPLETE,
        /** The hook gave no verdict: it is down, refuses the key or this content. */
        UNCHECKED
    }

    private final Verdict verdict;
    private final String message;
    private final boolean passes;
    private final Map<?, ?> body;

    private Answer(Verdict verdict, String message, boolean passes, Map<?, ?> body) {
        this.verdict = verdict;
        this.message = message;
        this.passes = passes;
        this.body = body;
    }

    /** From the body of an answer with status 200; empty where it is none. */
    static Optional<Answer> of(Map<?, ?> body) {
        for (Verdict verdict : Verdict.values()) {
            if (verdict != Verdict.UNCHECKED && verdict.name().toLowerCase(java.util.Locale.ROOT).equals(body.get("verdict"))) {
                return Optional.of(new Answer(verdict, string(body.get("message")), verdict == Verdict.PUBLISHABLE, body));
            }
        }
        return Optional.empty();
    }

    static Answer unchecked(String message, boolean passes) {
        return new Answer(Verdict.UNCHECKED, message, passes, Map.of());
    }

    /** The verdict. */
    public Verdict verdict() {
        return verdict;
    }

    /** One sentence for the editor. */
    public String message() {
        return message;
    }

    /** Whether the CMS may publish: it is publishable, or the hook is down and the site fails open. */
    public boolean mayPublish() {
        return passes;
    }

    /** Reasons beside the findings: a mark of secrecy, a channel that is not allowed, an attachment that cannot be read. */
    public List<String> reasons() {
        List<String> reasons = new ArrayList<>();
        list(body.get("reasons")).forEach(reason -> reasons.add(string(reason)));
        return reasons;
    }

    /** All findings, also those that may stay ({@code keep}). */
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        for (Object document : list(body.get("documents"))) {
            for (Object row : list(map(document).get("findings"))) {
                findings.add(new Finding(string(map(document).get("file")), map(row)));
            }
        }
        return findings;
    }

    /** How many findings have this action: mask, review or keep. */
    public int count(String action) {
        Object count = map(body.get("counts")).get(action);
        return count instanceof Number ? ((Number) count).intValue() : 0;
    }

    /** The path of the filed review on the hook's server, where one was asked for. */
    public Optional<String> reviewPath() {
        return Optional.ofNullable(body.get("review_url")).map(Answer::string);
    }

    /** The masked title; only after {@link PublishHook#mask}. */
    public Optional<String> maskedTitle() {
        return masked("title");
    }

    /** The masked HTML; only after {@link PublishHook#mask} of a page of HTML that could be masked. */
    public Optional<String> maskedHtml() {
        return masked("html");
    }

    /** The masked text; as {@link #maskedHtml}. */
    public Optional<String> maskedText() {
        return masked("text");
    }

    /** The attachments after masking, in their order, by name (which may be new); null for one that could not be masked. */
    public Map<String, byte[]> maskedAttachments() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (Object file : list(map(body.get("masked")).get("attachments"))) {
            Object content = map(file).get("content");
            files.put(string(map(file).get("name")), content == null ? null : Base64.getDecoder().decode(string(content)));
        }
        return files;
    }

    /** The answer for people, several lines: the sentence, the reasons, each finding that has to be dealt with. */
    public String describe() {
        StringBuilder lines = new StringBuilder(message);
        reasons().forEach(reason -> lines.append("\n- ").append(reason));
        for (Finding finding : findings()) {
            if (!finding.action().equals("keep")) {
                lines.append("\n- ").append(finding);
            }
        }
        return lines.toString();
    }

    /** Without the masked content. */
    @Override
    public String toString() {
        return verdict + ": " + message;
    }

    private Optional<String> masked(String field) {
        return Optional.ofNullable(map(body.get("masked")).get(field)).map(Answer::string);
    }

    static String string(Object value) {
        return value == null ? "" : String.valueOf(value);
    }

    static Map<?, ?> map(Object value) {
        return value instanceof Map ? (Map<?, ?>) value : Map.of();
    }

    static List<?> list(Object value) {
        return value instanceof List ? (List<?>) value : List.of();
    }
}
