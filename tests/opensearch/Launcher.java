import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.opensearch.Version;
import org.opensearch.analysis.common.CommonAnalysisModulePlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.PluginInfo;
import org.opensearch.transport.Netty4ModulePlugin;

/** One node of OpenSearch in this process: java -cp 'lib/*' Launcher.java FOLDER setting=value ... */
public class Launcher {
    private static class Launched extends Node {
        Launched(Environment environment) {
            super(environment, List.of(plugin(Netty4ModulePlugin.class), plugin(CommonAnalysisModulePlugin.class)), true);
        }
    }

    private static PluginInfo plugin(Class<?> type) {
        return new PluginInfo(type.getName(), "", "1", Version.CURRENT, "1.8", type.getName(), List.of(), false);
    }

    public static void main(String[] arguments) throws Exception {
        Settings.Builder settings = Settings.builder().put("path.home", arguments[0]);
        for (String argument : List.of(arguments).subList(1, arguments.length)) {
            String[] parts = argument.split("=", 2);
            settings.put(parts[0], parts[1]);
        }
        Node node = new Launched(
            InternalSettingsPreparer.prepareEnvironment(settings.build(), Map.of(), Path.of(arguments[0], "config"), () -> "node")
        );
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
            } catch (Exception error) {
                error.printStackTrace();
            }
        }));
        node.start();
        System.out.println("started");
        new CountDownLatch(1).await();
    }
}
