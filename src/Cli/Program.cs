using Tenon.Cli.CommandLine;

return await Entry.RunAsync(args, Console.Out, Console.Error);
