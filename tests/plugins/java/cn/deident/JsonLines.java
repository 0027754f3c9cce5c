package cn.deident;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Reads each line of standard input as JSON and writes it again; "!" for what is none. */
final class JsonLines {
    private JsonLines() {}

    public static void main(String[] arguments) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            try {
                out.println(Json.write(Json.read(line)));
            } catch (IllegalArgumentException wrong) {
                out.println("!");
            }
        }
    }
}
