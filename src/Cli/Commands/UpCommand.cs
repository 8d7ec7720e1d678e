using System.CommandLine;
using Tenon.Api.Karpenter;
using Tenon.Cli.CommandLine;
using Tenon.Cli.Up;

namespace Tenon.Cli.Commands;

/// <summary>A cluster in a box with Tenon at work in it. What <c>./run</c> calls.</summary>
sealed class UpCommand : TenonCommand
{
    readonly Option<string[]> _files = Shared.Files();
    readonly Option<string> _catalogue = Shared.Catalogue();
    readonly Option<bool> _json = Shared.Json();
    readonly Option<string?> _for = new("--for")
    {
        Description = "End by itself after this long, as 90s or 5m.",
        HelpName = "DURATION",
    };
    readonly Option<double> _speed = new("--speed")
    {
        Description = "Seconds inside the box per second outside.",
        DefaultValueFactory = _ => 1,
    };
    readonly Option<int> _port = new("--port")
    {
        Description = "Port of the API server on 127.0.0.1; 0 takes a free one.",
    };
    readonly Option<int> _dashboard = new("--dashboard-port")
    {
        Description = "Port of the page on 127.0.0.1; 0 takes a free one.",
    };
    readonly Option<ulong> _seed = new("--seed")
    {
        Description = "Decides latencies and the cloud's weather.",
        DefaultValueFactory = _ => 1,
    };
    readonly Option<bool> _bare = new("--no-examples") { Description = "Start with an empty cluster." };
    readonly Option<bool> _alone = new("--no-controller")
    {
        Description = "A cluster without Tenon in it, for a controller from outside.",
    };
    readonly Option<string?> _kubeconfig = new("--kubeconfig")
    {
        Description = "Where to write the kubeconfig.",
        HelpName = "FILE",
    };

    public UpCommand()
        : base("up", "Starts a cluster in a box, with Tenon at work in it, and shows what happens.")
    {
        _speed.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (> 0 and <= 1000))
                result.AddError("--speed: must be above 0 and at most 1000");
        });
        foreach (var port in new[] { _port, _dashboard })
            port.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<int>() is < 0 or > 65535)
                    result.AddError($"{port.Name}: must be 0 to 65535");
            });
        foreach (
            var option in new Option[]
            {
                _files,
                _for,
                _catalogue,
                _speed,
                _seed,
                _port,
                _dashboard,
                _kubeconfig,
                _bare,
                _alone,
                _json,
            }
        )
            Add(option);
        SetAction(RunAsync);
    }

    public override IReadOnlyList<(string Line, string Purpose)> Examples { get; } =
    [
        ("tenon up", "the example shop, until Ctrl-C"),
        ("tenon up -f my-manifests/ --speed 20", "your own manifests, twenty times as fast"),
        (
            "tenon up --for 90s --json",
            "for a script: a summary, and exit code 0 when every pod that can be placed is bound"
        ),
        ("tenon up --no-examples --port 6443 --kubeconfig ./box.yaml", "an empty cluster for kubectl"),
    ];

    async Task<int> RunAsync(ParseResult arguments, CancellationToken cancel)
    {
        var files = arguments.GetValue(_files) ?? [];
        var request = new UpRequest
        {
            Box = new BoxOptions
            {
                Port = arguments.GetValue(_port),
                KubeconfigPath = arguments.GetValue(_kubeconfig) ?? DefaultKubeconfig(),
                Speed = arguments.GetValue(_speed),
                Seed = arguments.GetValue(_seed),
                HasController = !arguments.GetValue(_alone),
            },
            Catalogue = Shared.Open(arguments.GetRequiredValue(_catalogue)),
            Manifests =
                files.Length > 0 ? ManifestSource.Read(files)
                : arguments.GetValue(_bare) ? []
                : ExampleShop.Manifests(),
            DashboardPort = arguments.GetValue(_dashboard),
            For = arguments.GetValue(_for) is { } text ? Duration(text) : null,
            Json = arguments.GetValue(_json),
        };
        if (request.Json && request.For is null)
            throw new UserFault("--json: needs --for, because the summary comes at the end", ExitCode.Usage);
        return await UpSession.RunAsync(
            request,
            arguments.InvocationConfiguration.Output,
            arguments.InvocationConfiguration.Error,
            cancel
        );
    }

    static TimeSpan Duration(string text) =>
        GoDuration.TryParse(text, out var duration) && duration > GoDuration.Zero
            ? duration.ToTimeSpan()
            : throw new UserFault($"--for: '{text}' is not a duration; write it as 90s, 5m or 1h30m", ExitCode.Usage);

    static string DefaultKubeconfig()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Path.Combine(home.Length > 0 ? home : Path.GetTempPath(), ".tenon", "kubeconfig");
    }
}
